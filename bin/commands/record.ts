/** `record PID -o FILE`: take part, write everything down, print nothing. */
import { inspectTarget, parsePid } from '../../native/session/discover/target.js';
import { planAttach, type AttachWords } from '../attach-flags.js';
import { withConfig } from '../config/index.js';
import type { Context } from '../context.js';

export async function record(
  pid: string,
  { output, ...words }: Omit<AttachWords, 'output'> & { readonly output: string },
  context: Context,
): Promise<void> {
  const all = withConfig({ ...words, headless: true, record: output }, context.config);
  const plan = await planAttach(parsePid(pid), all);
  await inspectTarget(plan.attach.pid);
  const [{ attach }, { followLines }] = await Promise.all([
    import('../../native/session/index.js'),
    import('../headless.js'),
  ]);
  // Who only looks sees no fault: what is handed on to its handler goes through us.
  const named = plan.attach.armed === true;
  const session = await attach({
    ...plan.attach,
    ...(!named && { defaultAnswer: 'pass', armed: true, lookOnly: false }),
  });
  if (!named && session.snapshot().handler === 'none')
    context.say('uffdscope: nobody answers its faults, so they wait; --default zero answers them.');
  await followLines(session, { ...plan, format: null }, context);
}
