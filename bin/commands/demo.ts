/** `demo`: a bundled program whose faults wait for an answer, and the screen on it. Needs no root. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Chalk } from 'chalk';
import type { Session } from '../../native/session/types.js';
import { UffdscopeError } from '../../native/session/errors.js';
import { safeText } from '../../native/session/safe-text.js';
import { findTarget, TARGETS, targetPath, type TargetReady } from '../../native/session/targets.js';
import type { Context } from '../context.js';
import { textTable } from '../output/text-table.js';
import { needTerminal, showAttaching, type ScreenWords } from '../screen.js';

export interface DemoWords extends ScreenWords {
  readonly list?: boolean;
}

const READY_WITHIN_MS = 5000;

export async function demo(name: string | undefined, words: DemoWords, context: Context): Promise<void> {
  if (words.list === true) {
    context.out.write(targetTable(new Chalk({ level: context.color.out }), context.width));
    return;
  }
  const target = findTarget(name ?? 'demo');
  needTerminal();
  const program = spawn(targetPath(target), [], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ready = readiness(program);
  ready.catch(() => {}); // it may fail before anybody asks
  const attach = async (): Promise<Session> => {
    const { pid, ino, userModeOnly } = await ready;
    const { attach: join } = await import('../../native/session/index.js');
    // Everything is held, and `a` answers with what the target would find in fresh memory: nothing can go wrong here.
    return join({ pid, uffd: { ino }, userModeOnly, defaultAnswer: 'zero', hold: null });
  };
  try {
    await showAttaching({ what: `the program ${target.name}`, attach }, { ...words, duration: null }, context);
  } finally {
    program.kill('SIGKILL'); // it may hang in a fault that nobody will answer
  }
}

/** The line it prints once its ranges are registered. */
async function readiness(program: ChildProcess): Promise<Extract<TargetReady, { ready: true }>> {
  const failed = new Promise<never>((_, reject) => {
    program.once('error', (error) => reject(notReady(error.message)));
    program.once('exit', () => reject(notReady('it ended at once')));
    setTimeout(() => reject(notReady(`it said nothing for ${READY_WITHIN_MS / 1000} s`)), READY_WITHIN_MS).unref();
  });
  program.stderr!.resume(); // the screen is ours from here on
  const lines = createInterface({ input: program.stdout! });
  const first = new Promise<string>((resolve) => lines.once('line', resolve));
  const said = JSON.parse(await Promise.race([first, failed])) as TargetReady;
  failed.catch(() => {});
  if (!said.ready) throw notReady(said.reason);
  return said;
}

function notReady(reason: string): UffdscopeError {
  return new UffdscopeError(
    'NOT_SUPPORTED',
    `The demo target could not start: ${reason}.`,
    'See what is missing: uffdscope doctor',
  );
}

function targetTable(style: InstanceType<typeof Chalk>, width: number | null): string {
  const rows = TARGETS.map(({ name, title, teaches }) => [name, title, safeText(teaches)]);
  return textTable([{ title: 'NAME' }, { title: 'WHAT' }, { title: 'TO SEE' }], rows, { title: style.bold, width });
}
