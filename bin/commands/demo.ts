/** `demo`: a bundled program whose faults wait for an answer, and the screen on it. Needs no root. */
import { spawn } from 'node:child_process';
import { Chalk } from 'chalk';
import type { AttachOptions } from '../../native/session/index.js';
import type { Session } from '../../native/session/types.js';
import { demoReady } from '../../native/session/demo.js';
import { safeText } from '../../native/session/safe-text.js';
import { findTarget, TARGETS, targetPath, type BundledTarget } from '../../native/session/targets.js';
import { planAttach, type AttachWords } from '../attach-flags.js';
import { withConfig } from '../config/index.js';
import type { Context } from '../context.js';
import { usage } from '../flags.js';
import { recordOptions } from '../record-flags.js';
import { textTable } from '../output/text-table.js';
import { openMetrics } from '../metrics.js';
import { VERDICT_FLAGS } from '../verdict-flags.js';
import { needTerminal, showAttaching } from '../screen.js';

export type DemoWords = AttachWords & { readonly list?: boolean };

export async function demo(name: string | undefined, words: DemoWords, context: Context): Promise<void> {
  if (words.list === true) {
    context.out.write(targetTable(new Chalk({ level: context.color.out }), context.width));
    return;
  }
  const target = findTarget(name ?? 'demo');
  if (words.headless === true) return demoLines(target, withConfig(words, context.config), context);
  const lone = FOR_LINES.find((flag) => words[flag] !== undefined);
  if (lone !== undefined) {
    const flag = lone.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw usage(
      `demo takes --${flag} with --headless only`,
      'Add --headless; on the screen i holds what a filter takes.',
    );
  }
  const record = recordOptions(words);
  const plan = await planAttach(0, words);
  const { rules, seed, scripts, scriptDeadline } = plan.attach;
  needTerminal();
  await using metrics = await openMetrics(plan.metricsAt, context);
  // With rules or scripts it begins when they are in place, so that its first fault is theirs.
  const program = spawn(targetPath(target), (rules ?? scripts) ? ['--wait'] : [], { stdio: ['pipe', 'pipe', 'pipe'] });
  program.stdin.on('error', () => {}); // it may end before it reads; that is told as its end
  const ready = demoReady(program);
  ready.catch(() => {}); // it may fail before anybody asks
  const attach = async (): Promise<Session> => {
    const { pid, ino, userModeOnly } = await ready;
    const { attach: join } = await import('../../native/session/index.js');
    // Without rules and scripts everything is held.
    const takers = { ...(rules && { rules }), ...(scripts && { scripts }), ...(scriptDeadline && { scriptDeadline }) };
    const taking = rules || scripts ? takers : { hold: null };
    const given = seed === undefined ? {} : { seed };
    const session = await join({
      pid,
      uffd: { ino },
      userModeOnly,
      ...taking,
      ...given,
      ...safeAnswers(target),
      ...record,
    });
    metrics.show(session);
    program.stdin.end('\n');
    return session;
  };
  try {
    await showAttaching({ what: `the program ${target.name}`, attach }, { ...words, duration: null }, context);
  } finally {
    program.kill('SIGKILL'); // it may hang in a fault that nobody will answer
  }
}

/** What its own handler fills pages with (native/targets/answer.h). */
const HANDLER_BYTE = 0x5a;

/** Everything is held, and `a` gives what the program expects to read, so that nothing can go wrong here. */
function safeAnswers({
  handler,
}: BundledTarget): Pick<AttachOptions, 'defaultAnswer' | 'source' | 'ownEvents' | 'redrive'> {
  if (handler === 'asks') return { defaultAnswer: 'zero' };
  // Forks and remaps are ours to show; and what a broken handler has read comes again.
  return { source: { type: 'pattern', byte: HANDLER_BYTE }, ownEvents: true, redrive: handler === 'broken' };
}

const FOR_LINES = [
  ...VERDICT_FLAGS,
  'output',
  'default',
  'source',
  'hold',
  'maxHold',
  'granularity',
  'filter',
  'duration',
] as const;

/** As `attach --headless`; the program begins when we are where the flags want us, so that its first fault is ours. */
async function demoLines(target: BundledTarget, words: AttachWords, context: Context): Promise<void> {
  const plan = await planAttach(0, words); // what is wrong with the flags comes before anything is started
  if (plan.show.as !== 'lines') return;
  await using metrics = await openMetrics(plan.metricsAt, context);
  const program = spawn(targetPath(target), ['--wait'], { stdio: ['pipe', 'pipe', 'pipe'] });
  program.stdin.on('error', () => {}); // it may end before it reads; that is told as its end
  try {
    const { pid, ino, userModeOnly } = await demoReady(program);
    const [{ attach }, { followLines }] = await Promise.all([
      import('../../native/session/index.js'),
      import('../headless.js'),
    ]);
    const session = await attach({ ...plan.attach, pid, uffd: { ino }, userModeOnly });
    program.stdin.end('\n');
    await followLines(session, { ...plan, format: plan.show.format, metrics }, context);
  } finally {
    program.kill('SIGKILL');
  }
}

function targetTable(style: InstanceType<typeof Chalk>, width: number | null): string {
  const rows = TARGETS.map(({ name, title, teaches, unprivileged }) => [
    name,
    title,
    safeText(teaches) + (unprivileged ? '' : ' Needs root.'),
  ]);
  return textTable([{ title: 'NAME' }, { title: 'WHAT' }, { title: 'TO SEE' }], rows, { title: style.bold, width });
}
