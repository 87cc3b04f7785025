/** The faults that the engine's ring still holds, read in place; a waiting fault stays readable however old it is. */
import { readFileSync } from 'node:fs';
import { Columns } from './fault-columns.js';
import { byName, RecordView, type ScriptNames } from './record-view.js';
import type { NativeSession } from '../addon/session-binding.js';
import { ACCESSES, ACTIONS, FAULT, FAULT_SIZE, FLAG_EDITED, KINDS, NO_RANGE, STATES } from './record-layout.js';
import type { Access, Fault, FaultColumns, FaultHistory, FaultKind, Range } from './types.js';

/** What the history needs from its session. */
export interface HistoryContext {
  readonly native: NativeSession;
  /** The engine's clock when the session began. */
  readonly t0: number;
  rangeById(id: number): Range | undefined;
  startOf(id: number): number | undefined;
  readonly scriptName: ScriptNames;
  /** What held a fault that was read then, by the engine's clock. */
  heldBy(readAt: number): string | null;
}

export interface RawFault {
  readonly readAt: number;
  readonly pid: number;
  readonly tid: number;
  readonly kind: FaultKind;
  readonly access: Access;
  readonly address: number;
  readonly page: number;
  readonly pageSize: number;
  readonly range: Range | undefined;
}

export class RingHistory implements FaultHistory {
  readonly #ring: RecordView;
  readonly #capacity: number;
  readonly #marked = new Set<number>();
  #marks = 0;
  readonly #comms = new Map<string, string>();
  #waiting: { key: string; view: RecordView; seqs: number[] } | null = null;
  readonly #columns: Columns;

  constructor(readonly context: HistoryContext) {
    const { faults } = context.native.rings();
    this.#ring = new RecordView(new Uint32Array(faults), new Uint8Array(faults));
    this.#capacity = faults.byteLength / FAULT_SIZE;
    this.#columns = new Columns({
      t0: context.t0,
      rangeById: (id) => context.rangeById(id),
      startOf: (id) => context.startOf(id),
      comm: (pid, tid) => this.comm(pid, tid),
      isMarked: (seq) => this.isMarked(seq),
      scriptName: context.scriptName,
    });
  }

  get last(): number {
    return this.context.native.snapshot().lastFault;
  }
  get first(): number {
    return Math.max(1, this.last - this.#capacity + 1);
  }

  /** How often marks were changed. */
  get marks(): number {
    return this.#marks;
  }

  mark(seqs: readonly number[], on: boolean): void {
    for (const seq of seqs) {
      if (on) this.#marked.add(seq);
      else this.#marked.delete(seq);
    }
    this.#marks++;
  }

  isMarked(seq: number): boolean {
    return this.#marked.has(seq);
  }

  row(seq: number): Fault | null {
    const view = this.locate(seq);
    if (!view) return null;
    return this.#toFault(seq, view);
  }

  waiting(): number[] {
    return this.#readWaiting().seqs;
  }

  select(test: (fault: FaultColumns) => boolean, from = this.first, to = this.last): number[] {
    const found: number[] = [];
    const columns = this.#columns;
    columns.view = this.#ring;
    columns.now = this.context.native.snapshot().now;
    for (let seq = Math.max(from, this.first); seq <= to; seq++) {
      this.#ring.index = seq % this.#capacity;
      if (this.#ring.u64(FAULT.seq) !== seq) continue;
      if (test(columns)) found.push(seq);
    }
    return found;
  }

  /** Does the test take this one? null: it is no longer kept. */
  matches(test: (fault: FaultColumns) => boolean, seq: number): boolean | null {
    const view = this.locate(seq);
    if (!view) return null;
    const columns = this.#columns;
    columns.view = view;
    columns.now = this.context.native.snapshot().now;
    return test(columns);
  }

  /** Where the record of `seq` lies now, or null when it was overwritten. */
  locate(seq: number): RecordView | null {
    this.#ring.index = seq % this.#capacity;
    if (seq > 0 && this.#ring.u64(FAULT.seq) === seq) return this.#ring;
    const { view, seqs } = this.#readWaiting();
    const at = seqs.indexOf(seq);
    if (at < 0) return null;
    view.index = at;
    return view;
  }

  /** The fields of a fault that do not change, as numbers; for streams, where an object of text would cost too much. */
  raw(seq: number): RawFault | null {
    const v = this.locate(seq);
    if (!v) return null;
    const rangeId = v.u32(FAULT.rangeId);
    return {
      readAt: v.u64(FAULT.readAt),
      pid: v.u32(FAULT.pid),
      tid: v.u32(FAULT.tid),
      kind: KINDS[v.u8(FAULT.kind)]!,
      access: ACCESSES[v.u8(FAULT.access)]!,
      address: v.u64(FAULT.address),
      page: v.u64(FAULT.page),
      pageSize: 2 ** v.u8(FAULT.pageShift),
      range: rangeId === NO_RANGE ? undefined : this.context.rangeById(rangeId),
    };
  }

  comm(pid: number, tid: number): string {
    if (tid === 0) return '';
    const key = `${pid}/${tid}`;
    let comm = this.#comms.get(key);
    if (comm === undefined) {
      try {
        comm = readFileSync(`/proc/${pid}/task/${tid}/comm`, 'utf8').replace(/\n$/, '');
      } catch {
        comm = ''; // the thread has ended, or lives in another pid namespace: its name is not known
      }
      if (this.#comms.size > 4096) this.#comms.clear();
      this.#comms.set(key, comm);
    }
    return comm;
  }

  #readWaiting(): { view: RecordView; seqs: number[] } {
    const n = this.context.native.snapshot();
    const key = [n.faults, n.resolved, n.failed, n.handedBack, n.held, n.delayed, n.scripted, n.version].join();
    if (this.#waiting?.key === key) return this.#waiting;
    const buffer = this.context.native.waiting();
    const view = new RecordView(new Uint32Array(buffer), new Uint8Array(buffer));
    const seqs: number[] = [];
    for (view.index = 0; view.index < buffer.byteLength / FAULT_SIZE; view.index++) seqs.push(view.u64(FAULT.seq));
    this.#waiting = { key, view, seqs };
    return this.#waiting;
  }

  #toFault(seq: number, v: RecordView): Fault {
    const { context } = this;
    const page = v.u64(FAULT.page);
    const rangeId = v.u32(FAULT.rangeId);
    const range = rangeId === NO_RANGE ? undefined : context.rangeById(rangeId);
    const readAt = v.u64(FAULT.readAt);
    const answeredAt = v.u64(FAULT.answeredAt);
    const pid = v.u32(FAULT.pid);
    const tid = v.u32(FAULT.tid);
    const err = v.i32(FAULT.err);
    return {
      seq,
      t: readAt - context.t0,
      pid,
      tid,
      comm: this.comm(pid, tid),
      kind: KINDS[v.u8(FAULT.kind)]!,
      access: ACCESSES[v.u8(FAULT.access)]!,
      address: BigInt(v.u64(FAULT.address)),
      page: BigInt(page),
      pageSize: 2 ** v.u8(FAULT.pageShift),
      rangeId: range ? rangeId : null,
      rangeOffset: range ? `${range.name}+0x${(page - Number(range.start)).toString(16)}` : '',
      state: STATES[v.u8(FAULT.state)]!,
      action: ACTIONS[v.u8(FAULT.action)] ?? null,
      by: byName(v, context.scriptName),
      heldBy: context.heldBy(readAt),
      errno: err === 0 ? null : err,
      bytes: v.u64(FAULT.bytes),
      latency: answeredAt ? answeredAt - readAt : null,
      age: (answeredAt || context.native.snapshot().now) - readAt,
      hits: v.u32(FAULT.hits),
      marked: this.#marked.has(seq),
      edited: (v.u8(FAULT.flags) & FLAG_EDITED) !== 0,
    };
  }
}
