/** The ranges of a recording: which were registered at a moment, and what each was called when a fault came. */
import type { Range } from '../../types.js';
import { upperBound, type FaultStore } from './fault-store.js';

interface Step {
  readonly id: number;
  /** null: it went away. */
  readonly range: Range | null;
}

interface Definition {
  readonly t: number;
  readonly range: Range;
  readonly start: number;
  readonly end: number;
}

export class FileRanges {
  readonly #steps: Step[] = [];
  readonly #times: number[] = [];
  /** While it is read. */
  readonly #there = new Map<number, Range>();
  readonly #definitions = new Map<number, Definition[]>();
  /** Rows of each range, ascending. */
  #rows = new Map<number, Uint32Array>();
  #shown: { readonly steps: number; readonly ranges: Map<number, Range> } = { steps: 0, ranges: new Map() };

  /** When they changed, ascending. */
  get times(): readonly number[] {
    return this.#times;
  }

  add(t: number, range: Range): void {
    const there = this.#there.get(range.id);
    if (there && same(there, range)) return; // each file of a recording begins with all that is known
    this.#there.set(range.id, range);
    const since = this.#step(t, range.id, range);
    const definition = { t: since, range, start: Number(range.start), end: Number(range.end) };
    const known = this.#definitions.get(range.id);
    if (known) known.push(definition);
    else this.#definitions.set(range.id, [definition]);
  }

  remove(t: number, id: number): void {
    if (this.#there.delete(id)) this.#step(t, id, null);
  }

  #step(t: number, id: number, range: Range | null): number {
    const since = Math.max(t, this.#times.at(-1) ?? 0);
    this.#times.push(since);
    this.#steps.push({ id, range });
    return since;
  }

  /** Once, when all is read. */
  finish({ rows, count }: FaultStore): void {
    const counts = new Map<number, number>();
    for (let row = 0; row < count; row++) counts.set(rows.range[row]!, (counts.get(rows.range[row]!) ?? 0) + 1);
    this.#rows = new Map([...counts].map(([id, n]) => [id, new Uint32Array(n)]));
    const next = new Map<number, number>();
    for (let row = 0; row < count; row++) {
      const id = rows.range[row]!;
      const at = next.get(id) ?? 0;
      this.#rows.get(id)![at] = row;
      next.set(id, at + 1);
    }
  }

  /** How many times ranges had changed by then. */
  stepsBy(t: number): number {
    return upperBound(this.#times, t);
  }

  /** Those registered after so many steps, without counts. */
  after(steps: number): ReadonlyMap<number, Range> {
    let { ranges } = this.#shown;
    let from = this.#shown.steps;
    if (steps < from) [ranges, from] = [new Map(), 0];
    for (const { id, range } of this.#steps.slice(from, steps)) {
      if (range === null) ranges.delete(id);
      else ranges.set(id, range);
    }
    this.#shown = { steps, ranges };
    return ranges;
  }

  /** As it was when a fault came, or as it was first seen after that. */
  when(id: number, t: number): Definition | undefined {
    const all = this.#definitions.get(id);
    if (all === undefined || all.length === 1) return all?.[0];
    let low = 0;
    let high = all.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (all[middle]!.t <= t) low = middle + 1;
      else high = middle;
    }
    return all[Math.max(0, low - 1)];
  }

  /** Rows of this range among the first `visible` of all. */
  rowsOf(id: number, visible: number): Uint32Array {
    const rows = this.#rows.get(id);
    return rows === undefined ? new Uint32Array(0) : rows.subarray(0, upperBound(rows, visible - 1));
  }
}

function same(a: Range, b: Range): boolean {
  return (
    a.start === b.start && a.end === b.end && a.name === b.name && a.path === b.path && a.prot === b.prot &&
    a.modes.join() === b.modes.join()
  ); // prettier-ignore
}
