/** The list of faults as the operator left it: filter, sort, follow, freeze, focus. Focus is a fault, not a row. */
import type { Fault, Session } from '../../native/session/types.js';
import type { FaultColumn, FaultRow } from '../rows/faults.js';
import { FaultView, type FaultTest } from './fault-view.js';

export interface ViewFilter {
  readonly text: string;
  readonly test: FaultTest;
}

export class FaultList {
  readonly view: FaultView;
  filter: ViewFilter | null = null;
  markedOnly = false;
  sort: { readonly column: FaultColumn; readonly reverse: boolean } = { column: 'seq', reverse: false };
  cell: FaultColumn = 'seq';
  follow = true;
  focusSeq: number | null = null;
  /** What had the focus was answered and nothing else was held: the next one that is gets it, unless somebody moves. */
  awaiting = false;
  /** Where a range of marks begins. */
  anchor: number | null = null;
  #frozen: { readonly until: number; readonly rows: Map<number, Fault | null> } | null = null;
  #top = 0;
  #height = 1;

  constructor(private readonly session: Session) {
    this.view = new FaultView(session.faults);
  }

  get frozen(): boolean {
    return this.#frozen !== null;
  }

  /** Stop the view where it is; the target and its faults go on. */
  freeze(on: boolean): void {
    this.#frozen = on ? { until: this.session.faults.last, rows: new Map() } : null;
    if (on) this.follow = false;
    this.apply();
  }

  /** After a change of filter, sort or freeze: same focus where it is still shown. */
  apply(): void {
    const filter = this.filter?.test ?? null;
    const marked: FaultTest = (fault) => fault.marked && (filter === null || filter(fault));
    this.view.configure({
      test: this.markedOnly ? marked : filter,
      sort: this.sort,
      until: this.#frozen?.until ?? null,
    });
    this.#settle();
  }

  /** Before drawing: take in what came. */
  sync(version: number): void {
    if (this.#frozen === null) this.view.refresh(version);
    this.#settle();
  }

  get row(): number {
    return this.focusSeq === null ? 0 : (this.view.rowOf(this.focusSeq) ?? 0);
  }

  get focused(): Fault | null {
    return this.focusSeq === null ? null : this.fault(this.focusSeq);
  }

  fault(seq: number): Fault | null {
    if (this.#frozen === null) return this.session.faults.row(seq);
    if (!this.#frozen.rows.has(seq)) this.#frozen.rows.set(seq, this.session.faults.row(seq));
    return this.#frozen.rows.get(seq)!;
  }

  move(delta: number): void {
    this.follow = false;
    this.awaiting = false;
    this.moveTo(delta === Infinity ? this.view.length - 1 : delta === -Infinity ? 0 : this.row + delta);
  }

  moveTo(row: number): void {
    this.awaiting = false;
    const length = this.view.length;
    this.focusSeq = length === 0 ? null : this.view.seqAt(Math.max(0, Math.min(length - 1, row)));
    this.#settle();
  }

  focusOn(seq: number): void {
    this.follow = false;
    this.awaiting = false;
    this.focusSeq = seq;
    this.#settle();
  }

  /** To the next fault that is held and shown, after this one or else the oldest; false where there is none. */
  focusNextHeld(): boolean {
    const at = this.focusSeq ?? 0;
    const held = this.session.faults
      .waiting()
      .filter((seq) => this.session.faults.row(seq)?.state === 'held' && this.view.shows(seq));
    const next = held.find((seq) => seq > at) ?? held[0];
    if (next === undefined) return false;
    this.focusOn(next);
    return true;
  }

  get page(): number {
    return Math.max(1, this.#height - 1);
  }

  /** First row of the window, for the mouse. */
  get top(): number {
    return this.#top;
  }

  scroll(delta: number): void {
    const last = Math.max(0, this.view.length - this.#height);
    this.#top = Math.max(0, Math.min(last, this.#top + delta));
    const row = this.row;
    if (row < this.#top) this.move(this.#top - row);
    else if (row >= this.#top + this.#height) this.move(this.#top + this.#height - 1 - row);
    if (delta < 0) this.follow = false;
  }

  visible(height: number): FaultRow[] {
    this.#height = Math.max(1, height);
    this.#settle();
    const rows: FaultRow[] = [];
    for (let row = this.#top; row < this.#top + height; row++) {
      const seq = this.view.seqAt(row);
      if (seq === null) break;
      const fault = this.fault(seq);
      rows.push({ seq, fault, focused: seq === this.focusSeq, marked: fault?.marked ?? false });
    }
    return rows;
  }

  #settle(): void {
    const length = this.view.length;
    if (length === 0) {
      this.#top = 0;
      if (this.focusSeq !== null && !this.frozen && this.filter === null) this.focusSeq = null;
      return;
    }
    if (this.follow) this.focusSeq = this.view.seqAt(this.sort.reverse ? 0 : length - 1);
    const at = this.focusSeq === null ? null : this.view.rowOf(this.focusSeq);
    const row = at ?? Math.min(this.#top, length - 1);
    this.focusSeq = this.view.seqAt(row);
    if (row < this.#top) this.#top = row;
    if (row >= this.#top + this.#height) this.#top = row - this.#height + 1;
    this.#top = Math.max(0, Math.min(this.#top, length - this.#height));
  }
}
