/** Follows a session's log and turns it into records, in order; says how many it came too late for. */
import { EntryRecords } from './entry-records.js';
import { LogReader, type LogEntry } from './log-reader.js';
import type { SessionRecord } from './records.js';
import type { NativeJoin } from './session.js';
import { summaryRecord, targetCode } from './summary-record.js';
import { version } from './version.js';

export class RecordStream {
  readonly #reader: LogReader;
  readonly #entries: EntryRecords;
  #next = 1;
  #lost = 0;
  #announced = new Map<number, string>();

  /** `fromNow`: leave out what has happened before. */
  constructor(
    readonly session: NativeJoin,
    fromNow = false,
  ) {
    this.#reader = new LogReader(session.native.rings().log, (id) => session.scripts.nameOf(id));
    if (fromNow) this.#next = session.native.snapshot().lastLog + 1;
    this.#entries = new EntryRecords({
      t0: session.t0,
      target: session.target,
      raw: (seq) => session.faults.raw(seq),
      code: (pid) => (pid === session.target.pid ? targetCode(session) : null),
      noteText: (index) => session.scripts.noteText(index),
    });
  }

  get lost(): number {
    return this.#lost;
  }

  /** Something has happened that `take` has not given yet. */
  get behind(): boolean {
    return this.#next <= this.session.native.snapshot().lastLog;
  }

  /** How much of the log waits to be taken: 0 nothing, 1 as much as it holds. */
  get unread(): number {
    return Math.min(1, (this.session.native.snapshot().lastLog + 1 - this.#next) / this.#reader.capacity);
  }

  /** The first lines: what we are attached to. */
  *begin(): Generator<SessionRecord> {
    const { session } = this;
    yield {
      type: 'attach',
      t: 0,
      time: session.time,
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
      if (entry) yield* this.#counted(entry);
      else yield* this.#gap(1);
    }
    if (this.#next > lastLog) yield* this.#registered(this.#now());
  }

  *end(released: number): Generator<SessionRecord> {
    const t = this.#now();
    const { pid } = this.session.target;
    // Where others share its memory, that lives on, and the engine has nothing to tell.
    if (!this.#entries.exitTold && !this.session.native.alive().target)
      yield { type: 'exit', t, pid, code: targetCode(this.session) };
    yield summaryRecord(this.session, t);
    yield { type: 'detach', t, pid: this.session.target.pid, released, restored: 0 };
  }

  *#counted(entry: LogEntry): Generator<SessionRecord> {
    for (const record of this.#entries.of(entry)) {
      if (record.type === 'lost') this.#lost += record.count;
      yield record;
    }
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
}
