/** A bundled program, taken part in from its first fault on: to try rules and scripts, and to test with. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { attach, type AttachOptions } from './attach.js';
import { UffdscopeError } from './errors.js';
import type { NativeJoin } from './session.js';
import { findTarget, targetPath, type TargetReady } from './targets.js';

export interface DemoOptions extends Omit<AttachOptions, 'pid' | 'uffd' | 'via' | 'userModeOnly'> {
  /** Options of the program, as its `--help` names them. */
  readonly args?: readonly string[];
}

export interface DemoExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Disposing detaches and ends the program. */
export interface Demo extends AsyncDisposable {
  readonly session: NativeJoin;
  /** What the program has printed on stdout so far, without its first line. */
  readonly lines: readonly string[];
  /** When it has ended and all it printed is in `lines`. */
  readonly exit: Promise<DemoExit>;
}

const READY_WITHIN_MS = 5000;

/**
 * Starts a bundled program and takes part in it from its first fault on. Needs no root.
 * @param name one of `uffdscope demo --list`. @throws UffdscopeError USAGE, NOT_SUPPORTED, and what `attach` throws.
 */
export async function demo(name = 'demo', { args = [], ...options }: DemoOptions = {}): Promise<Demo> {
  const program = spawn(targetPath(findTarget(name)), [...args, '--wait'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const exit = new Promise<DemoExit>((resolve) => {
    program.once('close', (code, signal) => resolve({ code, signal }));
  });
  program.stdin.on('error', () => {}); // it may end before it reads; `exit` tells
  const lines: string[] = [];
  try {
    const { pid, ino, userModeOnly } = await demoReady(program, lines);
    const session = await attach({ ...options, pid, uffd: { ino }, userModeOnly });
    program.stdin.end('\n');
    return {
      session,
      lines,
      exit,
      async [Symbol.asyncDispose]() {
        await session.detach();
        program.kill('SIGKILL'); // it may hang in a fault that nobody will answer
        await exit;
      },
    };
  } catch (error) {
    program.kill('SIGKILL');
    throw error;
  }
}

/** The line it prints once its ranges are registered; what follows goes to `lines`. @throws UffdscopeError NOT_SUPPORTED. */
export async function demoReady(
  program: ChildProcess,
  lines: string[] = [],
): Promise<Extract<TargetReady, { ready: true }>> {
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<never>((_, reject) => {
    program.once('error', (error) => reject(notReady(error.message)));
    program.once('exit', () => reject(notReady('it ended at once')));
    const slow = (): void => reject(notReady(`it said nothing for ${READY_WITHIN_MS / 1000} s`));
    timer = setTimeout(slow, READY_WITHIN_MS);
  });
  failed.catch(() => {}); // after it is ready nobody waits for this any more
  program.stderr!.resume();
  const first = new Promise<string>((resolve) => {
    let ready = false;
    createInterface({ input: program.stdout! }).on('line', (line) => {
      if (ready) lines.push(line);
      else resolve(line);
      ready = true;
    });
  });
  try {
    const said = JSON.parse(await Promise.race([first, failed])) as TargetReady;
    if (!said.ready) throw notReady(said.reason);
    return said;
  } finally {
    clearTimeout(timer);
  }
}

function notReady(reason: string): UffdscopeError {
  return new UffdscopeError(
    'NOT_SUPPORTED',
    `The demo target could not start: ${reason}.`,
    'See what is missing: uffdscope doctor',
  );
}
