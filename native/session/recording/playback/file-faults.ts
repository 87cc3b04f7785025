/** The faults of a recording as they stood at one moment. */
import { ACCESSES, ACTIONS, BYS, KINDS, NO_RANGE, STATES } from '../../record-layout.js';
import { byText, type ScriptNames } from '../../record-view.js';
import type { Access, Action, Fault, FaultColumns, FaultHistory, FaultKind, FaultState } from '../../types.js';
import type { FaultStore } from './fault-store.js';
import type { FileRanges } from './file-ranges.js';

export type CommOf = (pid: number, tid: number) => string;

export class FileFaults implements FaultHistory {
  readonly #marked = new Set<number>();
  readonly #cursor: Cursor;
  #waiting: number[] | null = null;
  /** ns since attach. */
  at = 0;
  /** Rows that had been read by then. */
  visible = 0;

  constructor(
    readonly store: FaultStore,
    readonly ranges: FileRanges,
    readonly comm: CommOf,
    readonly scriptName: ScriptNames,
  ) {
    this.#cursor = new Cursor(this);
  }

  seek(t: number): void {
    this.at = t;
    this.visible = this.store.rowsBy(t);
    this.#waiting = null;
  }

  get first(): number {
    return this.store.count === 0 ? 1 : this.store.rows.seq[0]!;
  }
  get last(): number {
    return this.visible === 0 ? this.first - 1 : this.store.rows.seq[this.visible - 1]!;
  }

  mark(seqs: readonly number[], on: boolean): void {
    for (const seq of seqs) {
      if (on) this.#marked.add(seq);
      else this.#marked.delete(seq);
    }
  }
  isMarked(seq: number): boolean {
    return this.#marked.has(seq);
  }

  /** Rows that wait, ascending. */
  waitingRows(): readonly number[] {
    return (this.#waiting ??= this.store.waiting(this.at));
  }

  waiting(): number[] {
    return this.waitingRows().map((row) => this.store.rows.seq[row]!);
  }

  stateOf(row: number): FaultState {
    const change = this.store.lastChange(row, this.at);
    return STATES[change < 0 ? this.store.rows.state[row]! : this.store.changes.to[change]!]!;
  }

  row(seq: number): Fault | null {
    const row = this.store.rowOf(seq);
    if (row < 0 || row >= this.visible) return null;
    const c = this.#cursor.on(row);
    const { rangeName, address, page, lat, action, by, errno, rangeId, start } = c;
    return {
      seq,
      t: c.t,
      pid: c.pid,
      tid: c.tid,
      comm: c.comm,
      kind: c.kind,
      access: c.access,
      address: BigInt(address),
      page: BigInt(page),
      pageSize: 2 ** this.store.rows.shift[row]!,
      rangeId: start === undefined ? null : rangeId,
      rangeOffset: start === undefined ? '' : `${rangeName}+0x${(page - start).toString(16)}`,
      state: c.state,
      action: action === '' ? null : action,
      by: by === '' ? null : by,
      errno: errno === 0 ? null : errno,
      bytes: c.bytes,
      latency: lat < 0 ? null : lat,
      age: c.age,
      hits: c.hits,
      marked: c.marked,
      edited: c.edited,
    };
  }

  select(test: (fault: FaultColumns) => boolean, from = this.first, to = this.last): number[] {
    const { rows } = this.store;
    const found: number[] = [];
    for (let row = this.#firstFrom(from); row < this.visible && rows.seq[row]! <= to; row++)
      if (test(this.#cursor.on(row))) found.push(rows.seq[row]!);
    return found;
  }

  #firstFrom(seq: number): number {
    const { rows, count } = this.store;
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (rows.seq[middle]! < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** One fault at a time; what became of it is looked up when the row is chosen. */
class Cursor implements FaultColumns {
  #row = 0;
  #change = -1;
  constructor(readonly faults: FileFaults) {}

  on(row: number): this {
    this.#row = row;
    this.#change = this.faults.store.lastChange(row, this.faults.at);
    return this;
  }

  get #rows() {
    return this.faults.store.rows;
  }
  get #changes() {
    return this.faults.store.changes;
  }
  get seq(): number {
    return this.#rows.seq[this.#row]!;
  }
  get t(): number {
    return this.#rows.readAt[this.#row]!;
  }
  get pid(): number {
    return this.#rows.pid[this.#row]!;
  }
  get tid(): number {
    return this.#rows.tid[this.#row]!;
  }
  get kind(): FaultKind {
    return KINDS[this.#rows.kind[this.#row]!]!;
  }
  get access(): Access {
    return ACCESSES[this.#rows.access[this.#row]!]!;
  }
  get address(): number {
    return this.#rows.address[this.#row]!;
  }
  get addr(): number {
    return this.address;
  }
  get page(): number {
    return this.#rows.page[this.#row]!;
  }
  get #range() {
    const id = this.#rows.range[this.#row]!;
    const range = id === NO_RANGE ? undefined : this.faults.ranges.when(id, this.t);
    // It may have moved before the recorder looked.
    return range && this.page >= range.start && this.page < range.end ? range : undefined;
  }
  get start(): number | undefined {
    return this.#range?.start;
  }
  get off(): number {
    const { start } = this;
    return start === undefined ? -1 : Math.max(-1, this.addr - start);
  }
  get rangeId(): number {
    const id = this.#rows.range[this.#row]!;
    return id === NO_RANGE ? -1 : id;
  }
  get rangeName(): string {
    return this.#range?.range.name ?? '';
  }
  get backing(): string {
    return this.#range?.range.path ?? '';
  }
  get prot(): string {
    return this.#range?.range.prot ?? '';
  }
  get comm(): string {
    return this.faults.comm(this.pid, this.tid);
  }
  get state(): FaultState {
    return STATES[this.#change < 0 ? this.#rows.state[this.#row]! : this.#changes.to[this.#change]!]!;
  }
  get action(): Action | '' {
    return this.#change < 0 ? '' : (ACTIONS[this.#changes.action[this.#change]!] ?? '');
  }
  get by(): string {
    if (this.#change < 0) return '';
    return (
      byText(BYS[this.#changes.by[this.#change]!] ?? null, this.#changes.byId[this.#change]!, this.faults.scriptName) ??
      ''
    );
  }
  get errno(): number {
    return this.#change < 0 ? 0 : this.#changes.err[this.#change]!;
  }
  get bytes(): number {
    return this.#change < 0 ? 0 : this.#changes.bytes[this.#change]!;
  }
  /** Once it has ended. */
  get lat(): number {
    const { ended } = this.faults.store;
    return ended[this.#row]! <= this.faults.at ? ended[this.#row]! - this.t : -1;
  }
  get age(): number {
    return Math.min(this.faults.at, this.faults.store.ended[this.#row]!) - this.t;
  }
  get hits(): number {
    return this.#rows.hits[this.#row]!;
  }
  get marked(): boolean {
    return this.faults.isMarked(this.seq);
  }
  get edited(): boolean {
    return this.#rows.edited[this.#row] === 1;
  }
}
