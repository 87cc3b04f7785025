/** One entry of the log as records: of a running session, or of a recording. */
import { getSystemErrorName } from 'node:util';
import type { RawFault } from './fault-history.js';
import type { LogEntry } from './log-reader.js';
import { counted, noticeText, stanceText } from './notices.js';
import { DECISIONS, HANDLERS, LOG_TYPES, STANCES } from './record-layout.js';
import type { FaultLine, ResolveRecord, SessionRecord } from './records.js';
import { exitCode } from './summary-record.js';
import type { Range } from './types.js';

export interface EntryContext {
  /** Engine clock that times count from. */
  readonly t0: number;
  readonly target: { readonly pid: number };
  raw(seq: number): RawFault | null;
  /** How this process ended, where the entry does not say it. */
  code(pid: number | null): number | null;
  /** What was said by or about a script, by its number. */
  noteText?(index: number): string;
}

export class EntryRecords {
  #exitTold = false;
  #ownerGone = false;
  constructor(readonly context: EntryContext) {}

  /** The end of the target was among them. */
  get exitTold(): boolean {
    return this.#exitTold;
  }

  *of(e: LogEntry): Generator<SessionRecord> {
    const { t0, target } = this.context;
    const t = e.t - t0;
    const pid = e.pid || (e.monitor > 1 ? null : target.pid);
    switch (e.type) {
      case LOG_TYPES.fault:
        yield this.#fault(e);
        return;
      case LOG_TYPES.resolve:
        yield resolveRecord(e, t0);
        return;
      case LOG_TYPES.faultResolve:
        yield this.#fault(e);
        yield resolveRecord(e, t0);
        return;
      case LOG_TYPES.decide:
        yield {
          type: 'decide',
          t,
          seq: e.seq,
          action: DECISIONS[e.a] ?? 'hold',
          by: e.by ?? 'default',
          until: e.b ? e.b - t0 : null,
        };
        return;
      case LOG_TYPES.fork:
        yield { type: 'fork', t, pid, child: e.b || null };
        return;
      case LOG_TYPES.exec:
        yield { type: 'exec', t, pid };
        return;
      case LOG_TYPES.exit:
        if (pid === target.pid) this.#exitTold = true;
        yield { type: 'exit', t, pid, code: e.a ? exitCode(e.a - 1) : this.context.code(pid) };
        return;
      case LOG_TYPES.remap:
        yield { type: 'remap', t, pid, from: e.a, to: e.b, length: e.c };
        return;
      case LOG_TYPES.remove:
        yield { type: 'remove', t, pid, start: e.a, end: e.b };
        return;
      case LOG_TYPES.unmap:
        yield { type: 'unmap', t, pid, start: e.a, end: e.b };
        return;
      case LOG_TYPES.stance:
        yield {
          type: 'note',
          t,
          text: stanceText(STANCES[e.a] ?? 'looking', HANDLERS[e.b] ?? 'unknown', e.c, this.#ownerGone),
        };
        return;
      case LOG_TYPES.note:
        yield { type: 'note', t, text: noticeText({ notice: e.a, refusal: 0, refusedBy: 0 }, { target }) };
        return;
      case LOG_TYPES.script:
        if (this.context.noteText) yield { type: 'note', t, text: this.context.noteText(e.a) };
        return;
      case LOG_TYPES.tookTurn:
        yield { type: 'note', t, text: `the keeper handed back ${counted(e.a, 'page')} while we were stopped` };
        return;
      case LOG_TYPES.ownerGone:
        this.#ownerGone = true;
        yield { type: 'note', t, text: `${e.pid} ${e.a ? 'closed its descriptor' : 'ended'}` };
        return;
      default:
        return;
    }
  }

  #fault(e: LogEntry): SessionRecord {
    const f = this.context.raw(e.seq);
    return f ? faultLine(e.seq, f, this.context.t0) : { type: 'lost', t: e.t - this.context.t0, count: 1 };
  }
}

export function faultLine(seq: number, f: RawFault, t0: number): FaultLine {
  return {
    type: 'fault',
    t: f.readAt - t0,
    seq,
    pid: f.pid || null,
    tid: f.tid || null,
    kind: f.kind,
    access: f.access,
    address: f.address,
    page: f.page,
    pageSize: f.pageSize,
    range: rangeOffset(f.range, f.page),
  };
}

export function resolveRecord(
  e: Pick<LogEntry, 't' | 'seq' | 'a' | 'b' | 'c' | 'err' | 'action' | 'by'>,
  t0: number,
): ResolveRecord {
  const answered = e.err === 0;
  return {
    type: 'resolve',
    t: e.t - t0,
    seq: e.seq,
    action: e.action ?? 'wake',
    bytes: e.a,
    latency: answered && e.c ? e.c - e.b : null,
    by: e.by ?? 'default',
    errno: answered ? null : getSystemErrorName(-e.err),
    readAt: e.b - t0,
    answeredAt: e.c ? e.c - t0 : null,
    resumedAt: null,
  };
}

function rangeOffset(range: Range | undefined, page: number): string | null {
  return range ? `${range.name}+0x${(page - Number(range.start)).toString(16)}` : null;
}
