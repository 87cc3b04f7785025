/** What happened in a recording beside faults: events for the list, and stance, hold and life of the target by then. */
import { describe } from '../../event-history.js';
import type { LogEntry } from '../../log-reader.js';
import { HANDLERS, LOG_TYPES, STANCES } from '../../record-layout.js';
import type { HandlerState, Process, Stance, TargetEvent } from '../../types.js';
import { upperBound } from './fault-store.js';

interface Standing {
  readonly stance: Stance;
  readonly handler: HandlerState;
  readonly holdOn: boolean;
  readonly alive: boolean;
  readonly lost: number;
}

const NOTHING: Standing = { stance: 'looking', handler: 'unknown', holdOn: false, alive: true, lost: 0 };
const MINE = 1;

export class FileEvents {
  readonly #events: TargetEvent[] = [];
  readonly #times: number[] = [];
  /** After each event. */
  readonly #standing: Standing[] = [];
  #now = NOTHING;
  #begin = NOTHING;
  #told = false;

  constructor(readonly target: Process) {}

  get times(): readonly number[] {
    return this.#times;
  }

  /** `t`: ns since attach. */
  add(e: LogEntry, t: number): void {
    if (e.type === LOG_TYPES.rangeAdded || e.type < LOG_TYPES.fork) return;
    const said =
      e.type === LOG_TYPES.script
        ? ({ type: 'note', detail: 'a script said something; a recording does not keep it' } as const)
        : describe(e, this.target);
    this.#put(t, e.pid || this.target.pid, said.type, said.detail, this.#after(e));
  }

  lose(t: number, count: number): void {
    const lost = this.#now.lost + count;
    this.#put(t, this.target.pid, 'lost', `${count} records came too fast to be written`, { ...this.#now, lost });
  }

  /** A fault is read. Where nothing was said before of who reads, it was us from the start. */
  reads(): void {
    if (this.#told) return;
    this.#told = true;
    this.#now = { ...this.#now, stance: 'armed' };
    this.#begin = { ...this.#begin, stance: 'armed' };
  }

  /** How the target ended was only seen at the end. */
  gone(t: number): void {
    if (!this.#now.alive) return;
    this.#put(t, this.target.pid, 'exit', 'ended', { ...this.#now, alive: false });
  }

  #put(t: number, pid: number, type: TargetEvent['type'], detail: string, standing: Standing): void {
    const since = Math.max(t, this.#times.at(-1) ?? 0);
    this.#times.push(since);
    this.#events.push({ index: this.#events.length + 1, t: since, pid, type, detail });
    this.#standing.push(standing);
    this.#now = standing;
  }

  #after(e: LogEntry): Standing {
    const now = this.#now;
    if (e.type === LOG_TYPES.stance && e.monitor <= MINE) {
      this.#told = true;
      return { ...now, stance: STANCES[e.a] ?? now.stance, handler: HANDLERS[e.b] ?? now.handler };
    }
    if (e.type === LOG_TYPES.hold) return { ...now, holdOn: e.a !== 0 };
    if (e.type === LOG_TYPES.exit && (e.pid === 0 ? e.monitor <= MINE : e.pid === this.target.pid))
      return { ...now, alive: false };
    return now;
  }

  /** How many had happened by then. */
  by(t: number): number {
    return upperBound(this.#times, t);
  }

  /** How things stood after so many. */
  standing(count: number): Standing {
    return this.#standing[count - 1] ?? this.#begin;
  }

  /** Of the first `count`, those with index >= from, at most `max`. */
  read(from: number, max: number, count: number): TargetEvent[] {
    const first = Math.max(0, from - 1);
    return this.#events.slice(first, Math.min(count, first + max));
  }
}
