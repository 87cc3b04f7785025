/** `attach PID`: take part, on a screen or as lines. */
import { parsePid } from '../../native/session/discover/target.js';
import { planAttach, type AttachWords } from '../attach-flags.js';
import type { Context } from '../context.js';
import { needTerminal } from '../screen.js';

export async function attach(pid: string, words: AttachWords, context: Context): Promise<void> {
  const plan = await planAttach(parsePid(pid), words);
  if (plan.show.as === 'screen') needTerminal();
  const { attach: take } = await import('../../native/session/index.js');
  const session = await take(plan.attach);
  if (plan.show.as === 'lines') {
    const { followLines } = await import('../headless.js');
    await followLines(session, { ...plan, format: plan.show.format }, context);
    return;
  }
  const { showSession } = await import('../screen.js');
  await showSession(session, { ...plan, ...plan.show }, context);
}
