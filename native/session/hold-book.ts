/** What is held, since when and in which words: a fault stays held by the words of its time, whatever holds later. */
import type { NativeSession } from '../addon/session-binding.js';
import { compileHold, toUffdscopeError } from './filter/index.js';

export class HoldBook {
  /** Oldest first; `words` null: nothing was held from then on. */
  readonly #past: { readonly since: number; readonly words: string | null }[] = [];
  #filter: string | null = null;
  #notes: readonly string[] = [];

  constructor(private readonly native: NativeSession) {}

  /** Of the last hold; null: everything. */
  get filter(): string | null {
    return this.#filter;
  }

  /** What may surprise in the filter, one sentence each. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /** From now on. null or blank: every fault. @throws UffdscopeError with the column of a slip. */
  hold(filter: string | null): void {
    let program: Uint8Array | null = null;
    let notes: readonly string[] = [];
    if (filter !== null && filter.trim() !== '') {
      const compiled = compileHold(filter);
      if (!compiled.ok) throw toUffdscopeError(filter, compiled.error);
      program = compiled.program;
      notes = compiled.notes;
    }
    this.#notes = notes;
    this.#filter = program ? filter : null;
    this.#past.push({ since: this.native.snapshot().now, words: this.#filter ?? 'everything' });
    this.native.setHold(true, program);
  }

  release(): void {
    this.#past.push({ since: this.native.snapshot().now, words: null });
    this.native.setHold(false, null);
  }

  /** The words in force when a fault was read, by the engine's clock; null: none was. */
  at(readAt: number): string | null {
    return this.#past.findLast(({ since }) => since <= readAt)?.words ?? null;
  }
}
