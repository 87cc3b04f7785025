/** The commands that draw: what they need, and how they end. */
import { behindText } from '../native/session/behind.js';
import { UffdscopeError } from '../native/session/errors.js';
import type { Session } from '../native/session/types.js';
import type { Attaching, ScreenEnd, ScreenOptions, ScreenSource } from '../ui/main.js';
import type { Context } from './context.js';
import { sayRecorded } from './output/recorded.js';
import { count } from './output/units.js';

export interface ScreenWords {
  readonly mouse: boolean;
  readonly ascii?: boolean | undefined;
  readonly theme?: 'ansi' | 'truecolor' | undefined;
}

/** Before anything is touched. @throws UffdscopeError NO_TERMINAL. */
export function needTerminal(
  hint = 'Without one: uffdscope attach PID --headless, or uffdscope ps to look only.',
): void {
  if (process.stdin.isTTY && process.stdout.isTTY) return;
  throw new UffdscopeError('NO_TERMINAL', 'A screen needs a terminal for its input and its output.', hint);
}

export interface ShowPlan extends ScreenWords {
  readonly duration: number | null;
}

/** The screen at once, then what it attaches to, until its end; everything is handed back. */
export async function showAttaching(source: Attaching, plan: ShowPlan, context: Context): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let session: Session | null = null;
  const attach = async (): Promise<Session> => {
    session = await source.attach();
    if (plan.duration !== null) timer = setTimeout(() => process.kill(process.pid, 'SIGTERM'), plan.duration / 1e6);
    return session;
  };
  try {
    await show({ what: source.what, attach }, plan, context);
  } finally {
    clearTimeout(timer);
    await (session as Session | null)?.detach();
  }
}

/** @throws what the screen ended with, if that was a failure. */
export async function show(source: ScreenSource, words: ScreenWords, context: Context): Promise<ScreenEnd> {
  const { runScreen } = await import('../ui/main.js');
  const end = await runScreen(source, screenOptions(words, context));
  if (end.reason === 'error') throw end.error;
  if (end.session !== null && !end.session.playback) {
    const { pid } = end.session.target;
    const { summary } = end;
    const given =
      summary === null
        ? ' without waiting: its keeper hands back'
        : `, ${count(summary.released, 'fault')} handed back`;
    context.say(`uffdscope: left process ${pid}${given}.`);
    if (summary?.behind) context.say(`uffdscope: ${behindText(summary.behind, pid)}.`);
    sayRecorded(end.session.recorded, context);
    // A second ctrl-c: we do not wait for what is handed back, and the keeper finishes it once we are gone.
    if (summary === null) process.exit(1);
  }
  return end;
}

function screenOptions(words: ScreenWords, { colorFlag, config }: Context): ScreenOptions {
  const { ascii = config.ascii, theme = config.theme } = words;
  return {
    mouse: words.mouse && config.mouse !== false,
    color: colorFlag === undefined ? 'auto' : colorFlag ? 'always' : 'never',
    ...(ascii !== undefined && { ascii }),
    ...(theme !== undefined && { theme }),
    ...(config.keys !== undefined && { keys: config.keys }),
  };
}
