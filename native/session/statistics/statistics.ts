/** What a session has counted so far: faults, answers, latencies, and who and what asked most. Times are ns. */
import type { NativeLatency, NativeSession } from '../../addon/session-binding.js';
import { ACCESSES, ACTIONS, BYS, KINDS } from '../record-layout.js';
import type { Access, Action, FaultKind, Range } from '../types.js';

/** From read to answer; quantiles are at most 1.6 % too large, `max` and `mean` are exact. */
export interface Latency {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Who gave an answer: `rule` and `script` stand for all of them. */
export type AnsweredBy = 'operator' | 'default' | 'rule' | 'script' | 'handler' | 'keeper' | 'target';

export interface PageCount {
  readonly page: bigint;
  /** `name+0xOFF`, null outside every range that is registered now. */
  readonly range: string | null;
  /** At most 65535. */
  readonly faults: number;
}

export interface ThreadCount {
  /** 0: not known. */
  readonly pid: number;
  readonly tid: number;
  /** '' where it has ended. */
  readonly comm: string;
  readonly faults: number;
  /** From read to answer, all its faults together, and the longest. */
  readonly waited: number;
  readonly longest: number;
}

export interface Statistics {
  readonly faults: number;
  readonly resolved: number;
  readonly handedBack: number;
  /** Went without us: their memory, their thread, or somebody else's answer. */
  readonly ended: number;
  /** Still to be answered. */
  readonly waiting: number;
  /** Answers that the kernel refused, or that had no bytes. */
  readonly failed: number;
  /** Answers that found the page there already. */
  readonly races: number;
  /** Faults a second since we attached. */
  readonly rate: number;
  readonly latency: Latency | null;
  readonly byKind: readonly { readonly kind: FaultKind; readonly access: Access; readonly faults: number }[];
  readonly byAnswer: readonly { readonly action: Action; readonly by: AnsweredBy; readonly answers: number }[];
  readonly latencies: readonly (Latency & { readonly kind: FaultKind; readonly action: Action })[];
  /** Most faults first. */
  readonly pages: readonly PageCount[];
  readonly pageCount: number;
  readonly threads: readonly ThreadCount[];
  readonly threadCount: number;
}

/** What of a session is read here. */
export interface Counted {
  readonly native: NativeSession;
  readonly t0: number;
  ranges(): readonly Range[];
  readonly faults: { comm(pid: number, tid: number): string };
}

/** @param top how many of the busiest pages and threads; a search through all pages, so not for every frame. */
export async function readStatistics(session: Counted, top = 10): Promise<Statistics> {
  const n = session.native.snapshot();
  const s = await session.native.statistics(top, []);
  const ranges = session.ranges();
  return {
    faults: n.faults,
    resolved: n.resolved,
    handedBack: n.handedBack,
    ended: n.ended,
    waiting: n.held + n.delayed,
    failed: n.failed,
    races: n.races,
    rate: n.faults / Math.max(1e-9, (n.now - session.t0) / 1e9),
    latency: n.resolved === 0 ? null : latencyOf(s.all),
    byKind: s.faults
      .map((faults, i) => ({ kind: KINDS[Math.floor(i / 2)]!, access: ACCESSES[i % 2]!, faults }))
      .filter(({ faults }) => faults > 0),
    byAnswer: s.answers
      .map((answers, i) => ({ action: ACTIONS[Math.floor(i / 8)]!, by: BYS[i % 8] as AnsweredBy, answers }))
      .filter(({ answers }) => answers > 0),
    latencies: s.latencies.map((one) => ({
      kind: KINDS[one.kind]!,
      action: ACTIONS[one.action]!,
      ...latencyOf(one),
    })),
    pages: s.pages.map(({ page, faults }) => ({
      page: BigInt(page),
      range: placeOf(BigInt(page), ranges),
      faults,
    })),
    pageCount: s.pageCount,
    threads: s.threads.map(({ pid, tid, faults, waited, longest }) => ({
      pid,
      tid,
      comm: session.faults.comm(pid, tid),
      faults,
      waited,
      longest,
    })),
    threadCount: s.threadCount,
  };
}

function latencyOf({ count, sum, p50, p90, p99, p999, max }: NativeLatency): Latency {
  return { count, mean: count === 0 ? 0 : Math.round(sum / count), p50, p90, p99, p999, max };
}

function placeOf(address: bigint, ranges: readonly Range[]): string | null {
  const range = ranges.find(({ start, end }) => address >= start && address < end);
  return range ? `${range.name}+0x${(address - range.start).toString(16)}` : null;
}
