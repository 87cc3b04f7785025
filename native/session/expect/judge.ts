/**
 * Judges a run by its expectations. Without a filter the engine's own counters are asked at the end; with one each fault
 * is looked at when its answer is in the log, so `look` must be called often: what the log has overwritten by then is
 * not seen, and a verdict that would need it fails and says so.
 */
import { LogReader, type LogEntry } from '../log-reader.js';
import { LOG_TYPES } from '../record-layout.js';
import type { NativeJoin } from '../session.js';
import type { Fault } from '../types.js';
import { count, duration } from '../units.js';
import { Latencies } from './latencies.js';
import { holds, type Measure } from './measures.js';
import type { Expectation, Measured, Never } from './parse-expect.js';
import type { Verdict } from './verdict.js';

interface Tally {
  faults: number;
  failed: number;
  readonly latencies: Latencies;
}

interface WatchedNever {
  readonly expectation: Never;
  broken: string | null;
}
type Watched = { readonly expectation: Measured; readonly tally: Tally | null } | WatchedNever;

/** What is read of a session. */
export type Judged = Pick<NativeJoin, 'native' | 't0' | 'faults' | 'statistics'>;

export class Judge {
  readonly #watched: readonly Watched[];
  readonly #log: LogReader;
  #next = 1;
  #missed = 0;
  /** Those with a failed answer in the log, and whether they have been counted since. */
  readonly #failing = new Map<number, boolean>();

  constructor(
    readonly session: Judged,
    expectations: readonly Expectation[],
  ) {
    this.#log = new LogReader(session.native.rings().log);
    this.#watched = expectations.map((expectation) =>
      expectation.type === 'never'
        ? { expectation, broken: null }
        : { expectation, tally: expectation.test && { faults: 0, failed: 0, latencies: new Latencies() } },
    );
  }

  /** Takes in what came since the last call, and looks at what waits. */
  look(): void {
    if (this.#watched.length === 0) return;
    const { lastLog } = this.session.native.snapshot();
    for (; this.#next <= lastLog; this.#next++) {
      const first = this.#log.first(lastLog);
      if (this.#next < first) {
        this.#missed += first - this.#next;
        this.#next = first;
      }
      const entry = this.#log.at(this.#next);
      if (entry) this.#take(entry);
      else this.#missed++;
    }
    const nevers = this.#watched.filter((one): one is WatchedNever => 'broken' in one && one.broken === null);
    if (nevers.length === 0) return;
    for (const seq of this.session.faults.waiting()) for (const one of nevers) this.#check(one, seq);
  }

  /** Once everything is handed back. */
  async verdicts(): Promise<Verdict[]> {
    this.look();
    const all = await this.session.statistics(0);
    const { now } = this.session.native.snapshot();
    const seconds = Math.max(1e-9, (now - this.session.t0) / 1e9);
    return this.#watched.map((one) => {
      if ('broken' in one) return this.#neverVerdict(one.expectation, one.broken);
      const { expectation, tally } = one;
      const whole = tally === null;
      const faults = whole ? all.faults : tally.faults;
      const answered = whole ? (all.latency?.count ?? 0) : tally.latencies.count;
      const quantile = (q: number): number =>
        whole ? this.session.native.quantiles([q])[0]! : tally.latencies.quantile(q);
      const mean = whole ? (all.latency?.mean ?? 0) : tally.latencies.mean;
      const failed = whole ? all.failed : tally.failed;
      const value = valueOf(expectation.measure, { faults, failed, answered, seconds, quantile, mean });
      return this.#measuredVerdict(expectation, value, whole);
    });
  }

  #take(entry: LogEntry): void {
    const { seq, type, err } = entry;
    if (type !== LOG_TYPES.resolve && type !== LOG_TYPES.faultResolve) return;
    if (err !== 0 || this.#failing.has(seq)) {
      // A refused answer and the end of the same fault are two entries; it is one fault.
      const state = this.session.faults.row(seq)?.state;
      if (!this.#failing.has(seq)) this.#failing.set(seq, false);
      if (err !== 0 && state !== 'gone') this.#countFailed(seq);
      if (state === 'failed' || this.#failing.get(seq) === true) return;
      this.#failing.set(seq, true);
    }
    for (const one of this.#watched) {
      if ('broken' in one) {
        if (one.broken === null) this.#check(one, seq);
      } else if (one.tally !== null) {
        this.#tally(one.expectation.test!, one.tally, seq);
      }
    }
  }

  #countFailed(seq: number): void {
    for (const one of this.#watched) {
      if ('broken' in one || one.tally === null) continue;
      if (this.session.faults.matches(one.expectation.test!, seq) === true) one.tally.failed++;
    }
  }

  #tally(test: Measured['test'] & object, tally: Tally, seq: number): void {
    const taken = this.session.faults.matches((fault) => {
      if (!test(fault)) return false;
      if (fault.state === 'resolved') tally.latencies.record(fault.lat);
      return true;
    }, seq);
    if (taken === null) this.#missed++;
    else if (taken) tally.faults++;
  }

  #check(one: WatchedNever, seq: number): void {
    const taken = this.session.faults.matches(one.expectation.test, seq);
    if (taken === null) this.#missed++;
    else if (taken) one.broken = describe(this.session.faults.row(seq)!);
  }

  #neverVerdict({ text }: Never, broken: string | null): Verdict {
    const seen = broken ?? (this.#missed > 0 ? this.#notSeen() : 'there was none');
    return { from: 'expect', text, ok: broken === null && this.#missed === 0, seen, value: null };
  }

  #measuredVerdict({ text, measure, op, limit }: Measured, value: number | null, whole: boolean): Verdict {
    const blind = !whole && this.#missed > 0;
    const ok = !blind && value !== null && holds(value, op, limit);
    const seen = blind ? this.#notSeen() : value === null ? 'no such fault was answered' : said(measure, value);
    return { from: 'expect', text, ok, seen, value };
  }

  #notSeen(): string {
    return `${count(this.#missed, 'record')} went by too fast to be judged`;
  }
}

interface Counts {
  readonly faults: number;
  readonly failed: number;
  readonly answered: number;
  readonly seconds: number;
  readonly mean: number;
  quantile(q: number): number;
}

/** null: nothing was answered, so there is no time. */
function valueOf({ name, unit }: Measure, counts: Counts): number | null {
  if (name === 'count') return counts.faults;
  if (name === 'failed') return counts.failed;
  if (name === 'rate') return counts.faults / counts.seconds;
  if (counts.answered === 0 || unit !== 'duration') return null;
  if (name === 'mean') return counts.mean;
  return counts.quantile(name === 'max' ? 1 : Number(name.slice(1)) / 100);
}

function said({ name, unit, perSecond }: Measure, value: number): string {
  const text = unit === 'duration' ? duration(value) : perSecond ? `${Math.round(value)} a second` : String(value);
  return `${name} was ${text}`;
}

function describe(fault: Fault): string {
  const { seq, kind, access, rangeOffset, page, state, age } = fault;
  const place = rangeOffset || `0x${page.toString(16)}`;
  return `fault ${seq} was there: ${kind} ${access} at ${place}, ${state}, after ${duration(age)}`;
}
