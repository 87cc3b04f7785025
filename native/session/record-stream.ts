/** Follows a session's log and turns it into records, in order; says how many it came too late for. */
import { getSystemErrorName } from 'node:util';
import { version } from './version.js';
import { LogReader, type LogEntry } from './log-reader.js';
import { noticeText, stanceText } from './notices.js';
import { ACTIONS, DECISIONS, HANDLERS, LOG_TYPES, STANCES } from './record-layout.js';
import type { ResolveRecord, SessionRecord } from './records.js';
import type { NativeJoin } from './session.js';
import type { Action, Range } from './types.js';

export class RecordStream {
  readonly #reader: LogReader;
  #next = 1;
  #lost = 0;
  #exitTold = false;
  #ownerGone = false;
  #announced = new Map<number, string>();

  constructor(readonly session: NativeJoin) {
    this.#reader = new LogReader(session.native.rings().log);
  }

  get lost(): number {
    return this.#lost;
  }

  /** Something has happened that `take` has not given yet. */
  get behind(): boolean {
    return this.#next <= this.session.native.snapshot().lastLog;
  }

  /** The first lines: what we are attached to. */
  *begin(): Generator<SessionRecord> {
    const { session } = this;
    yield {
      type: 'attach',
      t: 0,
      time: new Date().toISOString(),
      pid: session.target.pid,
      how: session.how,
      ino: session.uffd.ino,
      version,
      seed: session.seed,
    };
    yield* this.#registered(0);
  }

  /** What came since the last call, at most `max` log entries of it. */
  *take(max = 20_000): Generator<SessionRecord> {
    const { lastLog } = this.session.native.snapshot();
    for (let n = 0; this.#next <= lastLog && n < max; n++) {
      const first = this.#reader.first(lastLog);
      if (this.#next < first) {
        yield* this.#gap(first - this.#next);
        this.#next = first;
      }
      const entry = this.#reader.at(this.#next++);
      if (entry) yield* this.#records(entry);
      else yield* this.#gap(1);
    }
    if (this.#next > lastLog) yield* this.#registered(this.#now());
  }

  *end(released: number): Generator<SessionRecord> {
    const n = this.session.native.snapshot();
    const byAction: Partial<Record<Action, number>> = {};
    n.byAction.forEach((count, i) => {
      const action = ACTIONS[i];
      if (action && count) byAction[action] = count;
    });
    const [p50 = 0, p99 = 0, max = 0] = n.resolved ? this.session.native.quantiles([0.5, 0.99, 1]) : [];
    const t = this.#now();
    const { pid } = this.session.target;
    // Where others share its memory, that lives on, and the engine has nothing to tell.
    if (!this.#exitTold && !this.session.native.alive().target) yield { type: 'exit', t, pid, code: this.#code(pid) };
    yield {
      type: 'summary',
      t,
      faults: n.faults,
      resolved: n.resolved,
      failed: n.failed,
      handedBack: n.handedBack,
      byAction,
      latency: n.resolved ? { p50, p99, max } : null,
      seed: this.session.seed,
      rules: this.session.rules.list().map(({ id, text, matched, acted }) => ({ id, text, matched, acted })),
    };
    yield { type: 'detach', t, pid: this.session.target.pid, released, restored: 0 };
  }

  *#gap(count: number): Generator<SessionRecord> {
    this.#lost += count;
    yield { type: 'lost', t: this.#now(), count };
  }

  #now(): number {
    return this.session.native.snapshot().now - this.session.t0;
  }

  *#registered(t: number): Generator<SessionRecord> {
    for (const range of this.session.ranges()) {
      const key = `${range.start}-${range.end}/${range.modes.join()}`;
      if (this.#announced.get(range.id) === key) continue;
      this.#announced.set(range.id, key);
      yield {
        type: 'register',
        t,
        pid: range.pid,
        start: Number(range.start),
        end: Number(range.end),
        modes: range.modes,
        name: range.name,
      };
    }
  }

  *#records(e: LogEntry): Generator<SessionRecord> {
    const t = e.t - this.session.t0;
    const pid = e.pid || (e.monitor > 1 ? null : this.session.target.pid);
    switch (e.type) {
      case LOG_TYPES.fault:
        yield* this.#fault(e.seq);
        return;
      case LOG_TYPES.resolve:
        yield this.#resolve(e);
        return;
      case LOG_TYPES.faultResolve:
        yield* this.#fault(e.seq);
        yield this.#resolve(e);
        return;
      case LOG_TYPES.decide:
        yield {
          type: 'decide',
          t,
          seq: e.seq,
          action: DECISIONS[e.a] ?? 'hold',
          by: e.by ?? 'default',
          until: e.b ? e.b - this.session.t0 : null,
        };
        return;
      case LOG_TYPES.fork:
        yield { type: 'fork', t, pid, child: e.b || null };
        return;
      case LOG_TYPES.exec:
        yield { type: 'exec', t, pid };
        return;
      case LOG_TYPES.exit:
        if (pid === this.session.target.pid) this.#exitTold = true;
        yield { type: 'exit', t, pid, code: e.a ? exitCode(e.a - 1) : this.#code(pid) };
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
        yield { type: 'note', t, text: stanceText(STANCES[e.a]!, HANDLERS[e.b]!, e.c, this.#ownerGone) };
        return;
      case LOG_TYPES.note:
        yield { type: 'note', t, text: noticeText({ notice: e.a, refusal: 0, refusedBy: 0 }, this.session) };
        return;
      case LOG_TYPES.tookTurn:
        yield { type: 'note', t, text: `the keeper handed back ${e.a} pages while we were stopped` };
        return;
      case LOG_TYPES.ownerGone:
        this.#ownerGone = true;
        yield { type: 'note', t, text: `${e.pid} ${e.a ? 'closed its descriptor' : 'ended'}` };
        return;
      default:
        return;
    }
  }

  /** Our pidfd tells it even after its parent has waited for it. */
  #code(pid: number | null): number | null {
    if (pid !== this.session.target.pid) return null;
    const status = this.session.native.exitStatus();
    return status < 0 ? null : exitCode(status);
  }

  *#fault(seq: number): Generator<SessionRecord> {
    const f = this.session.faults.raw(seq);
    if (!f) {
      yield* this.#gap(1);
      return;
    }
    yield {
      type: 'fault',
      t: f.readAt - this.session.t0,
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

  #resolve(e: LogEntry): ResolveRecord {
    const { t0 } = this.session;
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
}

function rangeOffset(range: Range | undefined, page: number): string | null {
  return range ? `${range.name}+0x${(page - Number(range.start)).toString(16)}` : null;
}

/** A wait(2) status as a shell's $? tells it: its exit status, or 128 and the signal that ended it. */
function exitCode(status: number): number {
  const signal = status & 0x7f;
  return signal === 0 ? (status >> 8) & 0xff : 128 + signal;
}
