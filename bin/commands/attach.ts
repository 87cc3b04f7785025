/** `attach PID`: take part, on a screen or as lines. */
import { inspectTarget, parsePid } from '../../native/session/discover/target.js';
import type { NativeJoin } from '../../native/session/index.js';
import { planAttach, type AttachWords } from '../attach-flags.js';
import { withConfig } from '../config/index.js';
import type { Context } from '../context.js';
import { openMetrics } from '../metrics.js';
import { needTerminal, showAttaching } from '../screen.js';

export async function attach(pid: string, words: AttachWords, context: Context): Promise<void> {
  const plan = await planAttach(parsePid(pid), withConfig(words, context.config));
  await using metrics = await openMetrics(plan.metricsAt, context);
  const take = async (): Promise<NativeJoin> => {
    const { attach: join } = await import('../../native/session/index.js');
    const session = await join(plan.attach);
    metrics.show(session);
    return session;
  };
  if (plan.show.as === 'lines') {
    const session = await take();
    const { followLines } = await import('../headless.js');
    await followLines(session, { ...plan, format: plan.show.format, metrics }, context);
    return;
  }
  // Which process is meant comes before what it would be shown on.
  const target = await inspectTarget(plan.attach.pid);
  needTerminal();
  await showAttaching({ what: `${target.comm}[${target.pid}]`, attach: take }, { ...plan, ...plan.show }, context);
}
