/** What a run is held to, and where its summary goes: flags of everything that runs headless. */
import type { Command } from 'commander';
import type { Expectation } from '../native/session/index.js';
import { usage } from './flags.js';

export interface VerdictWords {
  readonly expect?: readonly string[];
  readonly summary?: boolean;
  readonly summaryJson?: string;
  readonly junit?: string;
  readonly strict?: boolean;
}

export interface VerdictPlan {
  readonly expect: readonly Expectation[];
  /** A rule that never matched is a failure (exit 4). */
  readonly strict: boolean;
  /** As text, at the end. */
  readonly summary: boolean;
  readonly summaryJson: string | null;
  readonly junit: string | null;
}

export const VERDICT_FLAGS = ['expect', 'summary', 'summaryJson', 'junit', 'strict'] as const;

export function addVerdictFlags(command: Command): Command {
  return command
    .option(
      '--expect <expectation>',
      'FILTER: count>=100, p99<5ms, no FILTER: fail (exit 4) else; may be given again',
      collect,
    )
    .option('--strict', 'a rule that never matched is a failure (exit 4)')
    .option('-s, --summary', 'at the end: counts, latencies, busiest pages and threads, verdicts')
    .option('--summary-json <file>', 'write the summary there, as JSON')
    .option('--junit <file>', 'write the verdicts there, as JUnit XML');
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** @throws UffdscopeError USAGE, EXPECT, OUTPUT. */
export async function planVerdicts(words: VerdictWords, headless: boolean): Promise<VerdictPlan> {
  const { expect = [], summary = false, strict = false, summaryJson = null, junit = null } = words;
  const plain = { expect: [], summary, strict, summaryJson, junit };
  const named = VERDICT_FLAGS.filter((flag) => flag !== 'strict').find((flag) => words[flag] !== undefined);
  if (named === undefined) return plain;
  if (!headless) {
    const flag = named === 'summaryJson' ? 'summary-json' : named;
    throw usage(`--${flag} is for --headless`, 'A screen shows what happens while it happens.');
  }
  const [{ readExpectation }, { checkReportFile }] = await Promise.all([
    import('../native/session/expect/index.js'),
    import('./output/report-file.js'),
  ]);
  const read = expect.map(readExpectation);
  for (const path of [summaryJson, junit]) if (path !== null) checkReportFile(path);
  return { ...plain, expect: read };
}
