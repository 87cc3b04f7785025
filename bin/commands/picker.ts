/** No command: choose from the live list of processes. */
import type { Context } from '../context.js';
import { needTerminal, show, type ScreenWords } from '../screen.js';

export async function picker(words: ScreenWords, context: Context): Promise<void> {
  needTerminal();
  const [{ listCandidates }, { attach }] = await Promise.all([
    import('../../native/session/discover/candidates.js'),
    import('../../native/session/index.js'),
  ]);
  const source = {
    list: listCandidates,
    attach: (pid: number, ino: number | null) => attach({ pid, ...(ino !== null && { uffd: { ino } }) }),
  };
  const end = await show(source, words, context);
  await end.session?.detach();
}
