/** The screen on a real process: `real.ts PID [default]`, or without a pid the picker. Until bin/ starts it, and for tests. */
import { attach, type DefaultAnswer } from '../../native/session/index.js';
import { listCandidates } from '../../native/session/discover/candidates.js';
import { runScreen } from '../../ui/main.js';

const [pid, answer] = process.argv.slice(2);
const source =
  pid === undefined
    ? {
        list: listCandidates,
        attach: (chosen: number, ino: number | null) =>
          attach({ pid: chosen, ...(ino === null ? {} : { uffd: { ino } }) }),
      }
    : await attach({ pid: Number(pid), ...(answer === undefined ? {} : { defaultAnswer: answer as DefaultAnswer }) });
const end = await runScreen(source);
console.log(`end ${end.reason} ${end.signal ?? ''} released ${end.summary?.released ?? 'not waited for'}`);
if (end.error) console.log(end.error);
process.exitCode = end.reason === 'error' ? 1 : 0;
