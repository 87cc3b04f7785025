/** A run in one document: `uffdscope.summary/1` (docs/reference/json.md). */
import type { Verdict } from '../expect/verdict.js';
import type { RuleSummary } from '../records.js';
import type { NativeJoin } from '../session.js';
import type { How } from '../types.js';
import { version } from '../version.js';
import type { Statistics } from './statistics.js';

export interface RangeCount {
  readonly name: string;
  readonly start: bigint;
  readonly end: bigint;
  readonly faults: number;
}

export interface Summary extends Statistics {
  readonly schema: 'uffdscope.summary/1';
  readonly version: string;
  /** Wall clock when it was made, ISO 8601. */
  readonly time: string;
  readonly pid: number;
  readonly comm: string;
  readonly ino: number;
  readonly how: How;
  readonly seed: number;
  /** ns since we attached. */
  readonly lasted: number;
  /** Log records overwritten before they could be written out. */
  readonly lost: number;
  /** Those registered at the end, most faults first. */
  readonly ranges: readonly RangeCount[];
  readonly rules: readonly RuleSummary[];
  readonly verdicts: readonly Verdict[];
  /** No verdict failed. */
  readonly ok: boolean;
}

export async function summarize(
  session: NativeJoin,
  { verdicts = [], lost = 0, top = 10 }: { verdicts?: readonly Verdict[]; lost?: number; top?: number } = {},
): Promise<Summary> {
  const statistics = await session.statistics(top);
  return {
    schema: 'uffdscope.summary/1',
    version,
    time: new Date().toISOString(),
    pid: session.target.pid,
    comm: session.target.comm,
    ino: session.uffd.ino,
    how: session.how,
    seed: session.seed,
    lasted: session.snapshot().now,
    lost,
    ...statistics,
    ranges: session
      .ranges()
      .map(({ name, start, end, faults }) => ({ name, start, end, faults }))
      .toSorted((a, b) => b.faults - a.faults),
    rules: session.rules.list().map(({ id, text, matched, acted }) => ({ id, text, matched, acted })),
    verdicts,
    ok: verdicts.every((verdict) => verdict.ok),
  };
}
