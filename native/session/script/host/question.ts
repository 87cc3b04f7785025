/**
 * One fault between the script and the engine: at most one answer. While `onFault` has not returned its answer is only
 * kept, so that two of them, or a call and another return value, are found out before anything is done.
 */
import { plainAction } from './answer-value.js';
import type { Answer } from '../types.js';
import { FaultCtx, type Context } from './context.js';
import type { HostFault } from './fault.js';
import { ACTION, GIVEN, WISH } from './place-layout.js';

type Given = Exclude<Answer, string>;

export class Question {
  readonly ctx: FaultCtx;
  #kept: Given | null = null;
  #returned = false;
  #over = false;

  constructor(
    readonly place: number,
    readonly offer: number,
    readonly fault: HostFault,
    readonly of: Context,
    readonly tell: (text: string) => void,
  ) {
    this.ctx = new FaultCtx(this, of);
  }

  get waits(): boolean {
    return this.#kept === null && !this.#over && this.of.native.waits(this.place, this.offer);
  }

  /** By a call. */
  answer(given: Given): void {
    if (this.#kept !== null) return this.#twice(given);
    this.#check(given);
    this.#kept = given;
    if (this.#returned) this.#carryOut(given);
  }

  /** What `onFault` returned, or what its promise came to. */
  end(returned: unknown): void {
    this.#returned = true;
    if (this.#over) return;
    if (returned !== undefined) {
      const given = plainAction(returned);
      if (this.#kept !== null) return this.#twice(given);
      this.#check(given);
      this.#kept = given;
    }
    if (this.#kept === null) this.#wish(WISH.next);
    else this.#carryOut(this.#kept);
  }

  /** It gave a promise: what was called before it is carried out now, what is called later at once. */
  goesOn(): void {
    this.#returned = true;
    if (this.#kept !== null) this.#carryOut(this.#kept);
  }

  get answered(): boolean {
    return this.#over;
  }

  /** It threw: the default answers, unless an answer was given already. */
  fail(): void {
    this.#returned = true;
    if (!this.#over) this.#wish(WISH.failed);
  }

  #twice(second: Given): never {
    const first = this.#kept!.action;
    const fate = this.#over ? `${first} was carried out already` : 'the default answers';
    throw new Error(`fault ${this.fault.seq} is answered twice, by ${first} and by ${second.action}: ${fate}`);
  }

  /** What the kernel would refuse. */
  #check({ action }: Given): void {
    const { kind } = this.fault;
    const only = { copy: 'missing', continue: 'minor', unprotect: 'wp' } as const;
    const wanted = action in only ? only[action as keyof typeof only] : null;
    if (wanted !== null && wanted !== kind)
      throw new Error(`${action} answers only ${wanted} faults, and fault ${this.fault.seq} is a ${kind} fault`);
    if (action === 'poison' && kind === 'wp')
      throw new Error(`a write-protect fault has its page already, so poison cannot mark it (fault ${this.fault.seq})`);
  }

  #wish(wish: number, delay = 0): void {
    this.#over = true;
    this.of.native.wish(this.place, this.offer, wish, delay);
  }

  #carryOut(given: Given): void {
    if (this.#over) return;
    const { native } = this.of;
    switch (given.action) {
      case 'hold':
        return this.#wish(WISH.hold);
      case 'delay':
        return this.#wish(WISH.delay, Math.round(given.ms * 1e6));
      case 'copy': {
        const source = this.of.toNative(given.source);
        if (source instanceof Uint8Array && source.byteLength > this.fault.pageSize)
          throw new Error(`copy gives ${source.byteLength} bytes, and the page has ${this.fault.pageSize}`);
        this.#over = true;
        if (native.answer(this.place, this.offer, ACTION.copy, source) > 1)
          this.tell(`fault ${this.fault.seq}: copy failed; the source ends before the page, or the kernel refused it`);
        return;
      }
      default: {
        this.#over = true;
        // `zero` of a fault that has its page means what answers that kind without bytes.
        const action = given.action === 'zero' ? PLAIN[this.fault.kind] : ACTION[given.action];
        if (native.answer(this.place, this.offer, action) > 1 + GIVEN)
          this.tell(`fault ${this.fault.seq}: ${given.action} was refused by the kernel`);
      }
    }
  }
}

const PLAIN = { missing: ACTION.zero, wp: ACTION.unprotect, minor: ACTION.continue } as const;
