/**
 * The faults of a recording in columns, and what became of each: so that the state of any moment is looked up, never
 * built. Times are ns since attach. A row is a fault, rows ascend by sequence number and by time.
 */
import { STATES } from '../../record-layout.js';
import type { FaultState } from '../../types.js';

/** About 90 bytes each. */
export const MOST_FAULTS = 20_000_000;
const FIRST_CAPACITY = 1 << 14;
/** Rows whose ends are summed up, so that those that wait are found without asking every row. */
const BLOCK = 1024;

export const code = (state: FaultState): number => STATES.indexOf(state);
const RESOLVED = code('resolved');
const GONE = code('gone');
export const ends = (state: number): boolean => state === RESOLVED || state === GONE;

const rowColumns = (n: number) => ({
  seq: new Float64Array(n),
  readAt: new Float64Array(n),
  address: new Float64Array(n),
  page: new Float64Array(n),
  pid: new Uint32Array(n),
  tid: new Uint32Array(n),
  range: new Uint32Array(n),
  hits: new Uint32Array(n),
  kind: new Uint8Array(n),
  access: new Uint8Array(n),
  shift: new Uint8Array(n),
  edited: new Uint8Array(n),
  /** The state that it came into. */
  state: new Uint8Array(n),
  /** Nothing follows its end. */
  ended: new Uint8Array(n),
});
const changeColumns = (n: number) => ({
  at: new Float64Array(n),
  row: new Uint32Array(n),
  bytes: new Float64Array(n),
  byId: new Uint32Array(n),
  err: new Uint16Array(n),
  before: new Uint8Array(n),
  to: new Uint8Array(n),
  action: new Uint8Array(n),
  by: new Uint8Array(n),
});
export type RowColumns = ReturnType<typeof rowColumns>;
export type ChangeColumns = ReturnType<typeof changeColumns>;
export type NewFault = { readonly [name in Exclude<keyof RowColumns, 'ended'>]: number };
export type NewChange = { readonly [name in Exclude<keyof ChangeColumns, 'row' | 'before'>]: number };

export class FaultStore {
  rows = rowColumns(FIRST_CAPACITY);
  changes = changeColumns(FIRST_CAPACITY);
  count = 0;
  changeCount = 0;
  /** Changes of row r: byRow[first[r]] to byRow[first[r + 1] - 1], in their order. */
  #first = new Uint32Array(1);
  #byRow = new Uint32Array(0);
  /** Changes in the order of time, and their times. */
  order = new Uint32Array(0);
  times = new Float64Array(0);
  /** When each row ended, Infinity where it did not; and the latest of each block. */
  ended = new Float64Array(0);
  #blocks = new Float64Array(0);

  /** False: its number is no news, or goes back. */
  add(fault: NewFault): boolean {
    const row = this.count;
    const { rows } = this;
    if (row > 0 && fault.seq <= rows.seq[row - 1]!) return false;
    if (row === rows.seq.length) this.rows = grown(rows, rowColumns(row * 2));
    for (const name of ROW_NAMES) this.rows[name][row] = fault[name];
    // Rows ascend by time: a clock that goes back is taken to stand.
    if (row > 0) this.rows.readAt[row] = Math.max(fault.readAt, this.rows.readAt[row - 1]!);
    this.count++;
    return true;
  }

  /** What became of a fault; false where nothing can: it has ended. */
  change(row: number, change: NewChange): boolean {
    if (this.rows.ended[row] === 1) return false;
    const n = this.changeCount;
    if (n === this.changes.at.length) this.changes = grown(this.changes, changeColumns(n * 2));
    for (const name of CHANGE_NAMES) this.changes[name][n] = change[name];
    this.changes.row[n] = row;
    if (ends(change.to)) this.rows.ended[row] = 1;
    this.changeCount++;
    return true;
  }

  /** The row of a sequence number, or -1. */
  rowOf(seq: number): number {
    const { count, rows } = this;
    if (count === 0) return -1;
    // Where no number is missing, it stands in its place.
    const guess = seq - rows.seq[0]!;
    if (guess >= 0 && guess < count && rows.seq[guess] === seq) return guess;
    const row = upperBound(rows.seq, seq, count) - 1;
    return row >= 0 && rows.seq[row] === seq ? row : -1;
  }

  /** Once, when all is read. */
  finish(): void {
    const { count, changeCount, changes, rows } = this;
    this.#first = new Uint32Array(count + 1);
    for (let c = 0; c < changeCount; c++) this.#first[changes.row[c]! + 1]!++;
    for (let row = 0; row < count; row++) this.#first[row + 1]! += this.#first[row]!;
    this.#byRow = new Uint32Array(changeCount);
    const next = this.#first.slice(0, count);
    for (let c = 0; c < changeCount; c++) this.#byRow[next[changes.row[c]!]!++] = c;
    this.ended = new Float64Array(count).fill(Infinity);
    this.#blocks = new Float64Array(Math.ceil(count / BLOCK));
    for (let row = 0; row < count; row++) {
      let state = rows.state[row]!;
      let at = rows.readAt[row]!;
      for (let i = this.#first[row]!; i < this.#first[row + 1]!; i++) {
        const c = this.#byRow[i]!;
        changes.before[c] = state;
        state = changes.to[c]!;
        at = changes.at[c] = Math.max(at, changes.at[c]!);
        if (ends(state)) this.ended[row] = at;
      }
      const block = Math.floor(row / BLOCK);
      this.#blocks[block] = Math.max(this.#blocks[block]!, this.ended[row]!);
    }
    this.order = orderOf(changes.at, changeCount);
    this.times = new Float64Array(changeCount);
    for (let i = 0; i < changeCount; i++) this.times[i] = changes.at[this.order[i]!]!;
  }

  /** How many rows had been read by then. */
  rowsBy(t: number): number {
    return upperBound(this.rows.readAt, t, this.count);
  }

  /** How many changes, in the order of time, had happened by then. */
  changesBy(t: number): number {
    return upperBound(this.times, t, this.changeCount);
  }

  /** The last change of a row by then, or -1. */
  lastChange(row: number, t: number): number {
    let low = this.#first[row]!;
    let high = this.#first[row + 1]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.changes.at[this.#byRow[middle]!]! <= t) low = middle + 1;
      else high = middle;
    }
    return low > this.#first[row]! ? this.#byRow[low - 1]! : -1;
  }

  /** Rows that had been read and had not ended by then, ascending. */
  waiting(t: number): number[] {
    const to = this.rowsBy(t);
    const found: number[] = [];
    for (let block = 0; block * BLOCK < to; block++) {
      if (this.#blocks[block]! <= t) continue;
      const last = Math.min(to, (block + 1) * BLOCK);
      for (let row = block * BLOCK; row < last; row++) if (this.ended[row]! > t) found.push(row);
    }
    return found;
  }
}

const ROW_NAMES = [
  'seq', 'readAt', 'address', 'page', 'pid', 'tid', 'range', 'hits', 'kind', 'access', 'shift', 'edited', 'state',
] as const; // prettier-ignore
const CHANGE_NAMES = ['at', 'bytes', 'byId', 'err', 'to', 'action', 'by'] as const;

type Columns = Readonly<Record<string, Float64Array | Uint32Array | Uint16Array | Uint8Array>>;

function grown<T extends Columns>(from: T, into: T): T {
  for (const [name, column] of Object.entries(from)) into[name]!.set(column);
  return into;
}

/** How many of the first `length` ascending values are at most `value`. */
export function upperBound(values: ArrayLike<number>, value: number, length = values.length): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Recorders write in the order of time, nearly: a list that is sorted already costs no sorting. */
function orderOf(at: Float64Array, count: number): Uint32Array<ArrayBuffer> {
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  let sorted = true;
  for (let i = 1; i < count && sorted; i++) sorted = at[i - 1]! <= at[i]!;
  if (sorted) return order;
  return Uint32Array.from([...order].toSorted((a, b) => at[a]! - at[b]! || a - b));
}
