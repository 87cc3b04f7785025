/** The registered ranges of a session by id. A range that went away stays known, so that its faults keep their names. */
import type { NativeRange, NativeSession } from '../addon/session-binding.js';
import type { Range, RangeMode } from './types.js';

export class RangeBook {
  #version = 0;
  readonly #byId = new Map<number, Range>();
  /** A bigint is slow to turn into a number, and offsets are asked of every row. */
  readonly #starts = new Map<number, number>();

  constructor(readonly native: NativeSession) {
    this.all();
  }

  /** Changes when a range came, went or moved. */
  get version(): number {
    return this.#version;
  }

  /** Those registered now, with their counts of this moment. */
  all(): readonly Range[] {
    const raw = this.native.ranges();
    const ranges = raw.map(toRange);
    this.#version = raw.version;
    for (const range of ranges) {
      this.#byId.set(range.id, range);
      this.#starts.set(range.id, Number(range.start));
    }
    return ranges;
  }

  /** Where the range begins, or undefined. */
  startOf(id: number): number | undefined {
    return this.#starts.get(id) ?? (this.byId(id) && this.#starts.get(id));
  }

  /** Asked for every row of a million: reads the ranges again only when they changed. */
  byId(id: number): Range | undefined {
    const known = this.#byId.get(id);
    if (known !== undefined || this.native.rangesVersion() === this.#version) return known;
    this.all();
    return this.#byId.get(id);
  }
}

const MODES: readonly [number, RangeMode][] = [
  [1, 'missing'],
  [2, 'wp'],
  [4, 'minor'],
];

function toRange(r: NativeRange): Range {
  const { modes, ...rest } = r;
  return { ...rest, modes: MODES.filter(([bit]) => modes & bit).map(([, name]) => name) };
}
