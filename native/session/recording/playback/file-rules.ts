/** The rules of a recording, as they stood at a moment: to be read, not changed. */
import { parseRule } from '../../rules/index.js';
import type { RuleLine, Rules } from '../../types.js';
import type { Description } from '../description.js';
import { BYS } from '../../record-layout.js';
import { upperBound, type FaultStore } from './fault-store.js';

const RULE = BYS.indexOf('rule');
type Listed = Description['rules'];

export class FileRules implements Rules {
  readonly #steps: { readonly t: number; readonly rules: Listed }[];
  /** When each rule did something to a fault for the first time; ascending. */
  readonly #acts = new Map<number, Float64Array>();
  #at = 0;
  #step = 0;

  constructor(
    first: Listed,
    readonly refuse: () => never,
  ) {
    this.#steps = [{ t: -Infinity, rules: readable(first) }];
  }

  change(t: number, rules: Listed): void {
    this.#steps.push({ t: Math.max(t, this.#steps.at(-1)!.t), rules: readable(rules) });
  }

  /** Once, when all is read. */
  finish({ changes, changeCount, order }: FaultStore): void {
    const times = new Map<number, number[]>();
    const seen = new Map<number, Set<number>>();
    for (let i = 0; i < changeCount; i++) {
      const c = order[i]!;
      if (changes.by[c] !== RULE) continue;
      const id = changes.byId[c]!;
      const rows = seen.get(id) ?? new Set();
      if (rows.has(changes.row[c]!)) continue;
      seen.set(id, rows.add(changes.row[c]!));
      const all = times.get(id) ?? [];
      all.push(changes.at[c]!);
      times.set(id, all);
    }
    for (const [id, all] of times) this.#acts.set(id, Float64Array.from(all));
  }

  seek(t: number): void {
    this.#at = t;
    this.#step = this.#steps.findLastIndex((step) => step.t <= t);
  }

  get version(): number {
    return this.#step;
  }

  /** A recording tells what rules did, not what their filters took. */
  list(): readonly RuleLine[] {
    return this.#steps[this.#step]!.rules.map(({ id, text, on }) => {
      const acts = this.#acts.get(id);
      const acted = acts === undefined ? 0 : upperBound(acts, this.#at);
      return { id, text, on, matched: acted, acted };
    });
  }

  odd(): readonly [] {
    return [];
  }
  edit(): never {
    return this.refuse();
  }
  remove(): never {
    return this.refuse();
  }
  switch(): never {
    return this.refuse();
  }
  switchAll(): void {
    // none of them is at work
  }
  move(): never {
    return this.refuse();
  }
}

/** A text that is no rule here was written by a newer version, or by somebody else: it cannot be shown as one. */
function readable(rules: Listed): Listed {
  return rules.filter(({ text }) => parseRule(text).ok);
}
