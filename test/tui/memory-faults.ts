/** Faults in columns, in memory: for screens under test, up to millions of them. */
import type {
  Access,
  Action,
  Fault,
  FaultColumns,
  FaultHistory,
  FaultKind,
  FaultState,
  Range,
} from '../../native/session/types.js';

const KINDS: readonly FaultKind[] = ['missing', 'wp', 'minor'];
const STATES: readonly FaultState[] = ['unread', 'read', 'held', 'delayed', 'scripted', 'resolved', 'failed', 'gone'];
const ACTIONS: readonly (Action | '')[] = ['', 'copy', 'zero', 'continue', 'unprotect', 'poison', 'wake', 'pass'];
const BY = ['', 'default', 'operator', 'handler', 'rule:1'];

export interface NewFault {
  readonly t: number;
  readonly tid: number;
  readonly kind: FaultKind;
  readonly access: Access;
  readonly range: number;
  readonly offset: number;
}

export class MemoryFaults implements FaultHistory {
  first = 1;
  last = 0;
  readonly marks = new Set<number>();
  readonly edits = new Map<number, Uint8Array>();
  readonly #wait = new Set<number>();
  readonly #t: Float64Array;
  readonly #tid: Int32Array;
  readonly #off: Float64Array;
  readonly #lat: Float64Array;
  readonly #range: Uint8Array;
  readonly #bits: Uint8Array;
  /** What held every fault behind the one numbered `before`. */
  readonly holds: { readonly before: number; readonly words: string | null }[] = [];
  readonly #state: Uint8Array;
  readonly #action: Uint8Array;
  readonly #by: Uint8Array;
  readonly #errno: Uint8Array;
  readonly #hits = new Map<number, number>();
  readonly #cursor = new Cursor(this);

  constructor(
    readonly capacity: number,
    readonly ranges: () => readonly Range[],
    readonly now: () => number,
    readonly pid: number,
  ) {
    this.#t = new Float64Array(capacity);
    this.#tid = new Int32Array(capacity);
    this.#off = new Float64Array(capacity);
    this.#lat = new Float64Array(capacity);
    this.#range = new Uint8Array(capacity);
    this.#bits = new Uint8Array(capacity);
    this.#state = new Uint8Array(capacity);
    this.#action = new Uint8Array(capacity);
    this.#by = new Uint8Array(capacity);
    this.#errno = new Uint8Array(capacity);
  }

  add(fault: NewFault, state: FaultState, by = ''): number {
    const seq = ++this.last;
    if (this.last - this.first + 1 > this.capacity) this.first++;
    const i = seq % this.capacity;
    this.#t[i] = fault.t;
    this.#tid[i] = fault.tid;
    this.#off[i] = fault.offset;
    this.#lat[i] = -1;
    this.#range[i] = fault.range;
    this.#bits[i] = KINDS.indexOf(fault.kind) | (fault.access === 'write' ? 4 : 0);
    this.#state[i] = STATES.indexOf(state);
    this.#action[i] = 0;
    this.#by[i] = Math.max(0, BY.indexOf(by));
    this.#errno[i] = 0;
    const page = fault.range * 2 ** 40 + (fault.offset - (fault.offset % 4096));
    this.#hits.set(page, (this.#hits.get(page) ?? 0) + 1);
    if (state === 'held' || state === 'delayed') this.#wait.add(seq);
    return seq;
  }

  settle(seq: number, state: FaultState, action: Action | '', by: string, latency: number, errno = 0): void {
    const i = seq % this.capacity;
    this.#state[i] = STATES.indexOf(state);
    this.#action[i] = ACTIONS.indexOf(action);
    this.#by[i] = Math.max(0, BY.indexOf(by));
    this.#lat[i] = latency;
    this.#errno[i] = errno;
    if (state === 'held' || state === 'delayed') this.#wait.add(seq);
    else this.#wait.delete(seq);
  }

  waiting(): number[] {
    return [...this.#wait].toSorted((a, b) => a - b);
  }

  row(seq: number): Fault | null {
    if (seq < this.first || seq > this.last) return null;
    this.#cursor.seq = seq;
    const c = this.#cursor;
    const latency = c.lat < 0 ? null : c.lat;
    return {
      seq,
      t: c.t,
      pid: this.pid,
      tid: c.tid,
      comm: c.comm,
      kind: c.kind,
      access: c.access,
      address: BigInt(c.addr),
      page: BigInt(c.page),
      pageSize: 4096,
      rangeId: c.rangeId,
      rangeOffset: `${c.rangeName}+0x${c.off.toString(16)}`,
      state: c.state,
      action: c.action === '' ? null : c.action,
      by: c.by === '' ? null : c.by,
      heldBy: this.holds.findLast(({ before }) => before < seq)?.words ?? null,
      errno: c.errno || null,
      bytes: 4096,
      latency,
      age: c.age,
      hits: c.hits,
      marked: c.marked,
      edited: c.edited,
    };
  }

  select(test: (fault: FaultColumns) => boolean, from = this.first, to = this.last): number[] {
    const found: number[] = [];
    const cursor = this.#cursor;
    for (let seq = Math.max(from, this.first); seq <= Math.min(to, this.last); seq++) {
      cursor.seq = seq;
      if (test(cursor)) found.push(seq);
    }
    return found;
  }

  column(
    name: 't' | 'tid' | 'off' | 'lat' | 'range' | 'bits' | 'state' | 'action' | 'by' | 'errno',
    i: number,
  ): number {
    switch (name) {
      case 't':
        return this.#t[i]!;
      case 'tid':
        return this.#tid[i]!;
      case 'off':
        return this.#off[i]!;
      case 'lat':
        return this.#lat[i]!;
      case 'range':
        return this.#range[i]!;
      case 'bits':
        return this.#bits[i]!;
      case 'state':
        return this.#state[i]!;
      case 'action':
        return this.#action[i]!;
      case 'by':
        return this.#by[i]!;
      case 'errno':
        return this.#errno[i]!;
    }
  }
  hitsOf(range: number, offset: number): number {
    return this.#hits.get(range * 2 ** 40 + (offset - (offset % 4096))) ?? 0;
  }
}

class Cursor implements FaultColumns {
  seq = 0;
  constructor(private readonly of: MemoryFaults) {}
  get #i(): number {
    return this.seq % this.of.capacity;
  }
  get t(): number {
    return this.of.column('t', this.#i);
  }
  get pid(): number {
    return this.of.pid;
  }
  get tid(): number {
    return this.of.column('tid', this.#i);
  }
  get kind(): FaultKind {
    return KINDS[this.of.column('bits', this.#i) & 3]!;
  }
  get access(): Access {
    return this.of.column('bits', this.#i) & 4 ? 'write' : 'read';
  }
  get #range(): Range {
    return this.of.ranges()[this.rangeId]!;
  }
  get addr(): number {
    return Number(this.#range.start) + this.off;
  }
  get page(): number {
    return this.addr - (this.addr % 4096);
  }
  get off(): number {
    return this.of.column('off', this.#i);
  }
  get rangeId(): number {
    return this.of.column('range', this.#i);
  }
  get rangeName(): string {
    return this.#range.name;
  }
  get backing(): string {
    return this.#range.path;
  }
  get prot(): string {
    return this.#range.prot;
  }
  get comm(): string {
    return `worker-${this.tid % 10}`;
  }
  get state(): FaultState {
    return STATES[this.of.column('state', this.#i)]!;
  }
  get action(): Action | '' {
    return ACTIONS[this.of.column('action', this.#i)]!;
  }
  get by(): string {
    return BY[this.of.column('by', this.#i)]!;
  }
  get errno(): number {
    return this.of.column('errno', this.#i);
  }
  get lat(): number {
    return this.of.column('lat', this.#i);
  }
  get age(): number {
    const lat = this.lat;
    return lat < 0 ? this.of.now() - this.t : lat;
  }
  get hits(): number {
    return this.of.hitsOf(this.rangeId, this.off);
  }
  get marked(): boolean {
    return this.of.marks.has(this.seq);
  }
  get edited(): boolean {
    return this.of.edits.has(this.seq);
  }
}
