/**
 * Which faults the list shows, in which order. Without a filter and in the natural order it is a span of sequence
 * numbers and costs nothing, however many there are; else an index, extended as faults arrive and made anew now and
 * then, since states change under it.
 */
import type { FaultColumns, FaultHistory } from '../../native/session/types.js';
import type { FaultColumn } from '../rows/faults.js';
import { sortedOrder } from './sort.js';

export type FaultTest = (fault: FaultColumns) => boolean;

export interface ViewOptions {
  /** null shows all. */
  readonly test: FaultTest | null;
  readonly sort: { readonly column: FaultColumn; readonly reverse: boolean };
  /** Nothing above this sequence number is shown: the frozen view. */
  readonly until: number | null;
}

/** An index is made anew at most this often, and never so that it costs more than a twentieth of the time. */
const REBUILD_MS = 250;
const REBUILD_SHARE = 20;

export class FaultView {
  #options: ViewOptions = { test: null, sort: { column: 'seq', reverse: false }, until: null };
  /** null: the whole span, without an index. */
  #index: ArrayLike<number> | null = null;
  #grown: number[] = [];
  #indexedTo = -1;
  #version = -1;
  #builtAt = -Infinity;
  #cost = 0;
  #natural = true;
  /** The span kept, as of the last refresh: asking the history is a native call. */
  #first = 1;
  #last = 0;

  constructor(private readonly history: FaultHistory) {}

  configure(options: ViewOptions): void {
    this.#options = options;
    this.#look();
    this.#natural = options.sort.column === 'seq';
    this.#index = options.test === null && this.#natural ? null : this.#build();
  }

  /** Take in what came since; true when the list may look different. */
  refresh(version: number): boolean {
    if (version === this.#version) return false;
    this.#look();
    if (this.#index === null || this.#options.until !== null) {
      this.#version = version;
      return true;
    }
    if (this.#last < this.#indexedTo) this.#goBack();
    const due = performance.now() - this.#builtAt >= Math.max(REBUILD_MS, this.#cost * REBUILD_SHARE);
    if (due) {
      this.#version = version;
      this.#index = this.#build();
    } else if (this.#natural) this.#extend();
    return true;
  }

  get length(): number {
    if (this.#index !== null) return this.#index.length;
    return Math.max(0, this.#last - this.#first + 1);
  }

  /** The sequence number at a row of the list. */
  seqAt(row: number): number | null {
    if (row < 0 || row >= this.length) return null;
    const at = this.#options.sort.reverse ? this.length - 1 - row : row;
    return this.#index === null ? this.#first + at : this.#index[at]!;
  }

  /** The row of a sequence number; where it is not shown, of the next one that is (in the natural order), or null. */
  rowOf(seq: number): number | null {
    if (this.length === 0) return null;
    const at = this.#place(seq);
    if (at === null) return null;
    return this.#options.sort.reverse ? this.length - 1 - at : at;
  }

  shows(seq: number): boolean {
    const row = this.rowOf(seq);
    return row !== null && this.seqAt(row) === seq;
  }

  #look(): void {
    this.#first = this.history.first;
    this.#last = Math.min(this.history.last, this.#options.until ?? Infinity);
  }

  #place(seq: number): number | null {
    if (this.#index === null) return Math.min(this.length - 1, Math.max(0, seq - this.#first));
    if (!this.#natural) {
      const at = (this.#index as Float64Array).indexOf(seq);
      return at < 0 ? null : at;
    }
    let low = 0;
    let high = this.#index.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#index[middle]! < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #build(): ArrayLike<number> {
    const started = performance.now();
    const { test } = this.#options;
    const last = this.#last;
    let index: ArrayLike<number>;
    if (this.#natural) {
      this.#grown = this.history.select(test!, this.#first, last);
      index = this.#grown;
    } else index = this.#sorted(last);
    this.#indexedTo = last;
    this.#builtAt = performance.now();
    this.#cost = this.#builtAt - started;
    return index;
  }

  #extend(): void {
    const last = this.#last;
    if (last <= this.#indexedTo) return;
    for (const seq of this.history.select(this.#options.test!, this.#indexedTo + 1, last)) this.#grown.push(seq);
    this.#indexedTo = last;
  }

  /** In a recording time goes back too: what has not come yet goes at once. */
  #goBack(): void {
    if (this.#natural) while (this.#grown.length > 0 && this.#grown.at(-1)! > this.#last) this.#grown.pop();
    else this.#index = (this.#index as Float64Array).filter((seq) => seq <= this.#last);
    this.#indexedTo = this.#last;
  }

  #sorted(last: number): ArrayLike<number> {
    const { test, sort } = this.#options;
    const keyOf = sortKey(sort.column);
    const keys: number[] = [];
    const seqs = this.history.select(
      (fault) => {
        if (test !== null && !test(fault)) return false;
        keys.push(keyOf(fault));
        return true;
      },
      this.#first,
      last,
    );
    const order = sortedOrder(Float64Array.from(keys));
    return Float64Array.from(order, (at) => seqs[at]!);
  }
}

const KIND_ORDER = { missing: 0, minor: 1, wp: 2 } as const;
const STATE_ORDER = { held: 0, delayed: 1, scripted: 2, failed: 3, unread: 4, read: 5, gone: 6, resolved: 7 } as const;
const ACTION_ORDER = ['', 'answer', 'copy', 'zero', 'continue', 'unprotect', 'poison', 'wake', 'pass', 'move'];

/** A number to order by; what waits comes first among states, and unanswered faults count as their age. */
function sortKey(column: FaultColumn): (fault: FaultColumns) => number {
  switch (column) {
    case 'seq':
      return (f) => f.seq;
    case 'time':
      return (f) => f.t;
    case 'tid':
      return (f) => f.tid;
    case 'kind':
      return (f) => KIND_ORDER[f.kind];
    case 'rw':
      return (f) => (f.access === 'write' ? 1 : 0);
    case 'address':
      return (f) => f.addr;
    case 'range':
      return byName();
    case 'state':
      return (f) => STATE_ORDER[f.state] * 16 + Math.max(0, ACTION_ORDER.indexOf(f.action));
    case 'lat':
      return (f) => (f.lat < 0 ? f.age : f.lat);
  }
}

/** Ranges in the order of their names would need all names first; in the order met, then by offset, is as useful. */
function byName(): (fault: FaultColumns) => number {
  const places = new Map<number, number>();
  return (f) => {
    let place = places.get(f.rangeId);
    if (place === undefined) places.set(f.rangeId, (place = places.size));
    return place * 2 ** 46 + Math.max(0, f.off);
  };
}
