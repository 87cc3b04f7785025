/** What hooks get: the context of the script, and the one of a fault, which has the answers. */
import { inspect } from 'node:util';
import type { NativeScriptHost } from '../../../addon/session-binding.js';
import { parseSource } from '../../source-text.js';
import type { Process, Verb, VerbOutcome } from '../../types.js';
import type { FaultContext, PreparedSource, ScriptContext, ScriptFault, ScriptRange, ScriptSource } from '../types.js';
import { filterTest } from './filter-test.js';
import type { HostFault } from './fault.js';
import type { Link } from './link.js';
import type { Question } from './question.js';

export interface Facts {
  readonly target: Process & { readonly cmdline: string };
  readonly seed: number;
  ranges: readonly ScriptRange[];
}

export class Context implements ScriptContext {
  #drawn = 0;
  readonly #texts = new Map<string, PreparedSource>();
  readonly #performing = new Map<number, (outcomes: VerbOutcome[]) => void>();
  #calls = 0;

  constructor(
    readonly facts: Facts,
    readonly native: NativeScriptHost,
    readonly link: Link,
    /** Runs what a timer calls, and tells of what it throws. */
    readonly guarded: (what: () => unknown) => void,
  ) {}

  get target(): Facts['target'] {
    return this.facts.target;
  }
  get seed(): number {
    return this.facts.seed;
  }
  get ranges(): readonly ScriptRange[] {
    return this.facts.ranges;
  }
  random(): number {
    const n = this.#drawn++;
    return this.native.draw(0n, Math.floor(n / 1000), 0, n % 1000);
  }
  log(...what: unknown[]): void {
    this.link.log(
      what.map((w) => (typeof w === 'string' ? w : inspect(w, { depth: 3, breakLength: Infinity }))).join(' '),
    );
  }
  count(name: string, by = 1): void {
    this.link.count(String(name), by);
  }
  expect(condition: boolean, text: string): void {
    if (!condition) this.link.expected(String(text));
  }
  source(source: Exclude<ScriptSource, PreparedSource>): PreparedSource {
    if (source instanceof Uint8Array) return { prepared: this.native.source({ type: 'bytes', bytes: source }) };
    return { prepared: this.native.source(typeof source === 'string' ? parseSource(source) : source) };
  }
  /** For `copy`: what stands in words is opened once. */
  toNative(source: ScriptSource): number | Uint8Array {
    if (source instanceof Uint8Array) return source;
    if (typeof source === 'string') {
      let known = this.#texts.get(source);
      if (!known) this.#texts.set(source, (known = this.source(source)));
      return known.prepared;
    }
    if (typeof source === 'object' && source !== null) {
      if ('prepared' in source) return source.prepared;
      if (source.type === 'bytes') return source.bytes;
      if (source.type === 'zero') return this.toNative('zero');
      if (source.type === 'pattern')
        return this.toNative(`pattern:${(source.byte & 0xff).toString(16).padStart(2, '0')}`);
      if (source.type === 'file') return this.toNative(`${source.path}@${source.offset}`);
    }
    throw new TypeError('copy takes bytes (a Uint8Array), a source in words, or what ctx.source() gave');
  }
  filter(text: string): (fault: ScriptFault) => boolean {
    return filterTest(text);
  }
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
  after(ms: number, what: () => void): () => void {
    const timer = setTimeout(() => this.guarded(what), ms);
    return () => clearTimeout(timer);
  }
  every(ms: number, what: () => void): () => void {
    const timer = setInterval(() => this.guarded(what), ms);
    return () => clearInterval(timer);
  }
  perform(verb: Verb, seqs: readonly number[]): Promise<VerbOutcome[]> {
    const call = ++this.#calls;
    const done = new Promise<VerbOutcome[]>((resolve) => this.#performing.set(call, resolve));
    this.link.send({ say: 'perform', call, verb, seqs });
    return done;
  }
  performed(call: number, outcomes: VerbOutcome[]): void {
    this.#performing.get(call)?.(outcomes);
    this.#performing.delete(call);
  }
}

/** Made for every fault, so it has nothing but the question; all else is the script's context. */
export class FaultCtx implements FaultContext {
  readonly #question: Question;
  readonly #of: Context;
  #drawn = 0;
  constructor(question: Question, of: Context) {
    this.#question = question;
    this.#of = of;
  }
  zero(): void {
    this.#question.answer({ action: 'zero' });
  }
  copy(source: ScriptSource): void {
    this.#question.answer({ action: 'copy', source });
  }
  continue(): void {
    this.#question.answer({ action: 'continue' });
  }
  unprotect(): void {
    this.#question.answer({ action: 'unprotect' });
  }
  poison(): void {
    this.#question.answer({ action: 'poison' });
  }
  wake(): void {
    this.#question.answer({ action: 'wake' });
  }
  hold(): void {
    this.#question.answer({ action: 'hold' });
  }
  pass(): void {
    this.#question.answer({ action: 'pass' });
  }
  delay(ms: number): void {
    this.#question.answer({ action: 'delay', ms });
  }
  get waiting(): boolean {
    return this.#question.waits;
  }
  random(): number {
    const fault: HostFault = this.#question.fault;
    const page = Math.floor(fault.offset / fault.pageSize);
    return this.#of.native.draw(fault.rangeHash, page, fault.hits, this.#drawn++);
  }
  get target(): Facts['target'] {
    return this.#of.target;
  }
  get seed(): number {
    return this.#of.seed;
  }
  get ranges(): readonly ScriptRange[] {
    return this.#of.ranges;
  }
  log(...what: unknown[]): void {
    this.#of.log(...what);
  }
  count(name: string, by?: number): void {
    this.#of.count(name, by);
  }
  expect(condition: boolean, text: string): void {
    this.#of.expect(condition, text);
  }
  source(source: Exclude<ScriptSource, PreparedSource>): PreparedSource {
    return this.#of.source(source);
  }
  filter(text: string): (fault: ScriptFault) => boolean {
    return this.#of.filter(text);
  }
  sleep(ms: number): Promise<void> {
    return this.#of.sleep(ms);
  }
  after(ms: number, what: () => void): () => void {
    return this.#of.after(ms, what);
  }
  every(ms: number, what: () => void): () => void {
    return this.#of.every(ms, what);
  }
  perform(verb: Verb, seqs: readonly number[]): Promise<VerbOutcome[]> {
    return this.#of.perform(verb, seqs);
  }
}
