/** One fault at a time as columns, for filters and sorting over a million of them without an object each. */
import { ACCESSES, ACTIONS, FAULT, FLAG_EDITED, KINDS, NO_RANGE, STATES } from './record-layout.js';
import { byName, type RecordView, type ScriptNames } from './record-view.js';
import type { Access, Action, FaultColumns, FaultKind, FaultState, Range } from './types.js';

/** What columns need to know beside the record. */
export interface ColumnSource {
  /** Engine clock that times count from. */
  readonly t0: number;
  rangeById(id: number): Range | undefined;
  startOf(id: number): number | undefined;
  comm(pid: number, tid: number): string;
  readonly scriptName: ScriptNames;
  isMarked(seq: number): boolean;
}

/** The moving cursor that filters see. */
export class Columns implements FaultColumns {
  view!: RecordView;
  now = 0;
  constructor(readonly history: ColumnSource) {}
  get seq(): number {
    return this.view.u64(FAULT.seq);
  }
  get t(): number {
    return this.view.u64(FAULT.readAt) - this.history.t0;
  }
  get pid(): number {
    return this.view.u32(FAULT.pid);
  }
  get tid(): number {
    return this.view.u32(FAULT.tid);
  }
  get kind(): FaultKind {
    return KINDS[this.view.u8(FAULT.kind)]!;
  }
  get access(): Access {
    return ACCESSES[this.view.u8(FAULT.access)]!;
  }
  get addr(): number {
    return this.view.u64(FAULT.address);
  }
  get page(): number {
    return this.view.u64(FAULT.page);
  }
  get off(): number {
    const id = this.view.u32(FAULT.rangeId);
    const start = id === NO_RANGE ? undefined : this.history.startOf(id);
    return start === undefined ? -1 : this.addr - start;
  }
  get rangeId(): number {
    const id = this.view.u32(FAULT.rangeId);
    return id === NO_RANGE ? -1 : id;
  }
  get rangeName(): string {
    return this.#range?.name ?? '';
  }
  get backing(): string {
    return this.#range?.path ?? '';
  }
  get prot(): string {
    return this.#range?.prot ?? '';
  }
  get comm(): string {
    return this.history.comm(this.pid, this.tid);
  }
  get state(): FaultState {
    return STATES[this.view.u8(FAULT.state)]!;
  }
  get action(): Action | '' {
    return ACTIONS[this.view.u8(FAULT.action)] ?? '';
  }
  get by(): string {
    return byName(this.view, this.history.scriptName) ?? '';
  }
  get errno(): number {
    return this.view.i32(FAULT.err);
  }
  get lat(): number {
    const answered = this.view.u64(FAULT.answeredAt);
    return answered ? answered - this.view.u64(FAULT.readAt) : -1;
  }
  get age(): number {
    return (this.view.u64(FAULT.answeredAt) || this.now) - this.view.u64(FAULT.readAt);
  }
  get hits(): number {
    return this.view.u32(FAULT.hits);
  }
  get marked(): boolean {
    return this.history.isMarked(this.seq);
  }
  get edited(): boolean {
    return (this.view.u8(FAULT.flags) & FLAG_EDITED) !== 0;
  }
  get #range(): Range | undefined {
    const id = this.view.u32(FAULT.rangeId);
    return id === NO_RANGE ? undefined : this.history.rangeById(id);
  }
}
