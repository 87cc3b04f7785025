/** Runs the built command as a user would. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../native/addon/load.js';
import { isRoot } from '../support/skip.js';

export const COMMAND = join(packageRoot(), 'bin', 'uffdscope.js');
export const NOBODY = 65534;

export interface Outcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** As this user, without privileges. */
  readonly uid?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** No terminal, no colour variables, C.UTF-8. */
const ENV = { PATH: process.env['PATH'] ?? '', HOME: '/', LANG: 'C.UTF-8' };

export function uffdscope(args: readonly (string | number)[], options: RunOptions = {}): Promise<Outcome> {
  return run(process.execPath, [COMMAND, ...args.map(String)], options);
}

/** `$UFFDSCOPE` in `script` is the command. */
export function bash(script: string, options: RunOptions = {}): Promise<Outcome> {
  const env = { UFFDSCOPE: `${process.execPath} ${COMMAND}`, ...options.env };
  return run('bash', ['-c', script], { ...options, env });
}

function run(command: string, args: readonly string[], { uid, env, timeoutMs = 30_000 }: RunOptions): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...ENV, ...env },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      ...(uid !== undefined && { uid, gid: uid }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
}

/** A user without privileges can run the command only where every folder above it lets him in. */
export const nobodyCanRun = isRoot && nobodyEnters();

function nobodyEnters(): boolean {
  try {
    process.seteuid!(NOBODY);
    readFileSync(COMMAND); // open(2) asks for the effective user, access(2) for the real one
    return true;
  } catch {
    return false;
  } finally {
    process.seteuid!(0);
  }
}

/** Nothing in it moves a cursor, sets a colour or a title. */
export function holdsNoEscapes(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  return !/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(text);
}
