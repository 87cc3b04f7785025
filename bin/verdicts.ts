/** The end of a headless run: verdicts, the summary in each form that was asked for, and the exit status. */
import { holdTo, summarize, type Judge, type NativeJoin, type Verdict } from '../native/session/index.js';
import { safeText } from '../native/session/safe-text.js';
import type { Context } from './context.js';
import { junitXml } from './output/junit.js';
import { toJson } from './output/json.js';
import { writeReportFile } from './output/report-file.js';
import { summaryText } from './output/summary-text.js';
import type { VerdictPlan } from './verdict-flags.js';

export interface Ended {
  readonly session: NativeJoin;
  readonly judge: Judge;
  /** Log records that the lines missed. */
  readonly lost: number;
  /** stdout holds text for people, so the summary may stand behind it. */
  readonly textOnStdout: boolean;
}

/** Files are written before it throws. @throws UffdscopeError EXPECTATION, OUTPUT. */
export async function conclude(
  { session, judge, lost, textOnStdout }: Ended,
  plan: VerdictPlan,
  context: Context,
): Promise<void> {
  sayRules(session, context);
  sayScripts(session, context);
  const verdicts = [
    ...(await judge.verdicts()),
    ...(plan.strict ? ruleVerdicts(session) : []),
    ...session.scripts.verdicts(),
  ];
  if (plan.summary || plan.summaryJson !== null || plan.junit !== null) {
    const summary = await summarize(session, { verdicts, lost });
    if (plan.summaryJson !== null) writeReportFile(plan.summaryJson, `${toJson(summary, 2)}\n`);
    if (plan.junit !== null) writeReportFile(plan.junit, junitXml(summary));
    if (plan.summary) {
      const text = summaryText(summary, textOnStdout ? context.width : null);
      if (textOnStdout) context.out.write(`\n${text}`);
      else context.say(text.trimEnd());
      await context.out.flush();
    }
  }
  holdTo(verdicts);
}

/** What decides the same again, and which rules were of no use. */
function sayRules(session: NativeJoin, context: Context): void {
  if (session.rules.list().length === 0) return;
  context.say(`uffdscope: seed ${session.seed}`);
  for (const { id, text } of session.rules.neverMatched())
    context.say(`uffdscope: rule ${id} never matched: ${safeText(text)}`);
}

/** What each script was asked and has counted. */
function sayScripts(session: NativeJoin, context: Context): void {
  for (const { name, asked, answered, missed, failed, counters } of session.scripts.list()) {
    const own = Object.entries(counters).map(([key, value]) => `, ${safeText(key)} ${value}`);
    const bad = (missed ? `, ${missed} late` : '') + (failed ? `, ${failed} failed` : '');
    context.say(`uffdscope: script ${name}: asked ${asked}, answered ${answered}${bad}${own.join('')}`);
  }
}

function ruleVerdicts(session: NativeJoin): Verdict[] {
  return session.rules
    .list()
    .filter(({ on }) => on)
    .map(({ text, matched }) => ({
      from: 'rule',
      text,
      ok: matched > 0,
      seen: matched === 0 ? 'it never matched' : `it matched ${matched === 1 ? 'once' : `${matched} times`}`,
      value: matched,
    }));
}
