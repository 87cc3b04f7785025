/** Killed while rules keep faults waiting: whoever outlives us wakes them, and every byte is the handler's or ours. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../native/addon/load.js';
import { startTarget } from '../fixtures/target.js';
import { sleep } from '../support/until.js';

/** The handler of the checker answers with 5a, and so do these. */
const RULES = [
  'prob=0.5: delay=3s: copy=pattern:5a',
  'prob=0.5: nowake: copy=pattern:5a',
  'prob=0.5: nowake=2s: duplicate: copy=pattern:5a',
  'prob=0.5: reorder=3: delay=1s: copy=pattern:5a',
  'prob=0.5: spurious: delay=1s: pass',
  'prob=0.3: pass: delay=500ms',
] as const;

interface Run extends AsyncDisposable {
  readonly pid: number;
  /** Returns once so many decisions and answers of the rule were printed. */
  ruled(count: number): Promise<void>;
}

function take(pid: number, rule: string): Run {
  const scope = spawn(
    process.execPath,
    [
      ...[join(packageRoot(), 'bin/uffdscope.js'), 'attach', String(pid), '--headless', '-o', 'jsonl'],
      ...['--default', 'pass', '--rule', rule, '--seed', '3'],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let seen = 0;
  let errors = '';
  const listeners = new Set<() => void>();
  scope.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen += text.split('"by":"rule:1"').length - 1;
    for (const listener of listeners) listener();
  });
  scope.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = new Promise<void>((resolve) => scope.once('close', () => resolve()));
  return {
    pid: scope.pid!,
    ruled: (count) =>
      new Promise((resolve, reject) => {
        const give = setTimeout(() => reject(new Error(`${seen} of ${count} within 30 s: ${errors}`)), 30_000);
        const check = (): void => {
          if (seen < count) return;
          clearTimeout(give);
          listeners.delete(check);
          resolve();
        };
        listeners.add(check);
        check();
      }),
    async [Symbol.asyncDispose]() {
      scope.kill('SIGKILL');
      await ended;
    },
  };
}

const checker = () =>
  startTarget('checker', ['--serve', '--threads', 4, '--pages', 64, '--seconds', 600, '--expect', 'byte:5a']);

/** It goes on for a while without us, and is then asked for its report. */
async function allRight(target: Awaited<ReturnType<typeof checker>>): Promise<void> {
  await sleep(2000);
  process.kill(target.pid, 'SIGTERM');
  const [said] = (await target.json(1, 60_000)) as [{ ok: boolean; pages: number }];
  assert.ok(said.ok, 'every byte was right');
  assert.ok(said.pages > 100, `${said.pages} pages`);
}

for (const rule of RULES) {
  test(`SIGKILL of uffdscope: ${rule}`, async () => {
    await using target = await checker();
    await using run = take(target.pid, rule);
    await run.ruled(3);
    process.kill(run.pid, 'SIGKILL');
    await allRight(target);
  });
}

test('SIGKILL of the keeper: the rules go on with another', async () => {
  await using target = await checker();
  await using run = take(target.pid, RULES[0]);
  await run.ruled(3);
  process.kill(keeperOf(run.pid), 'SIGKILL');
  await run.ruled(6);
  process.kill(run.pid, 'SIGTERM');
  await allRight(target);
});

function keeperOf(parent: number): number {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (stat.includes('(uffdscope-keepe)') && Number(ppid) === parent) return Number(name);
    } catch {
      continue; // it ended meanwhile
    }
  }
  throw new Error(`${parent} has no keeper`);
}
