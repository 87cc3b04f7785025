/** One run of the checker on CPU 0 with its faults answered on CPU 1: by the plain C handler, or by uffdscope. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../native/addon/load.js';
import { startTarget } from '../fixtures/target.js';
import { builtForTests } from '../fixtures/built.js';

export interface CheckerResult {
  /** ns */
  readonly p50: number;
  readonly p99: number;
  readonly pagesPerSecond: number;
}

export interface Load {
  readonly pages: number;
  readonly threads?: number;
  readonly seconds?: number;
}

const BYTE = '5a';

function checkerArguments({ pages, threads = 1, seconds }: Load): (string | number)[] {
  const rounds = seconds === undefined ? [] : ['--seconds', seconds];
  return ['--pages', pages, '--threads', threads, ...rounds, '--expect', `byte:${BYTE}`, '--pin', 0];
}

function result(json: unknown): CheckerResult {
  const { ok, latencyNs, pagesPerSecond } = json as {
    readonly ok: boolean;
    readonly latencyNs: { readonly p50: number; readonly p99: number };
    readonly pagesPerSecond: number;
  };
  if (!ok) throw new Error(`wrong bytes: ${JSON.stringify(json)}`);
  return { p50: latencyNs.p50, p99: latencyNs.p99, pagesPerSecond };
}

export async function byPlainHandler(load: Load): Promise<CheckerResult> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const socket = join(folder, 'uffd');
  const handler = spawn(builtForTests('bench/c_handler'), [socket, '--byte', BYTE, '--pin', '1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await new Promise((resolve) => handler.stdout.once('data', resolve));
    await using checker = await startTarget('checker', [...checkerArguments(load), '--hand-to', socket]);
    const [said] = await checker.json(1, 120_000);
    return result(said);
  } finally {
    handler.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A whole `uffdscope attach --headless` on CPU 1, its lines thrown away, unless other arguments are given. */
export async function byUffdscope(load: Load, more: readonly string[] = []): Promise<CheckerResult> {
  await using checker = await startTarget('checker', [...checkerArguments(load), '--wait']);
  const scope = spawn(
    'taskset',
    [
      ...['-c', '1', process.execPath, join(packageRoot(), 'bin/uffdscope.js'), 'attach', String(checker.pid)],
      ...['--headless', '--default', 'source', '--source', `pattern:${BYTE}`, '-o', 'jsonl', ...more],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    const armed = new Promise<void>((resolve, reject) => {
      scope.stdout.on('data', (text: Buffer) => {
        if (text.includes('armed')) resolve();
      });
      scope.once('exit', (code) => reject(new Error(`uffdscope ended with ${code}`)));
    });
    await armed;
    checker.say('\n');
    const [said] = await checker.json(1, 120_000);
    return result(said);
  } finally {
    scope.kill('SIGTERM');
    await new Promise((resolve) => (scope.exitCode === null ? scope.once('exit', resolve) : resolve(null)));
  }
}
