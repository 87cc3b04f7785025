/** JavaScript that does not move is no reason for a target to wait. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { attach } from '../../native/session/index.js';
import { startTarget } from '../fixtures/target.js';
import { startVictim } from '../fixtures/victim.js';

const LIBRARY = JSON.stringify(new URL('../../native/session/index.ts', import.meta.url).href);

/** A uffdscope of its own that attaches, prints `ready`, and then runs `body`. */
function scope(pid: number, options: string, body: string, stderr: 'inherit' | 'pipe' = 'inherit') {
  const child = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', '--input-type=module', '-e'],
      `import { writeSync } from 'node:fs';
       import { attach } from ${LIBRARY};
       process.on('SIGTERM', () => process.exit(0));
       const session = await attach({ pid: ${pid}, ${options} });
       await new Promise((resolve) => setTimeout(resolve, 400));
       writeSync(1, 'ready');
       ${body}`,
    ],
    { stdio: ['ignore', 'pipe', stderr] },
  );
  const ready = new Promise<void>((resolve) => child.stdout!.once('data', () => resolve()));
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return { child, ready, exit };
}

const STUCK = 'const until = Date.now() + 20_000; while (Date.now() < until);';

test('default answers go on while JavaScript is stuck', async () => {
  await using checker = await startTarget('checker', ['--seconds', 3, '--pages', 500, '--expect', 'byte:a5', '--wait']);
  const { child, ready, exit } = scope(
    checker.pid,
    `armed: true, defaultAnswer: 'source', source: { type: 'pattern', byte: 0xa5 }`,
    STUCK,
  );
  await ready;
  checker.say('\n');
  const [said] = (await checker.json(1, 18_000)) as [{ ok: boolean; pages: number; latencyNs: { max: number } }];
  assert.ok(said.ok, 'every byte was right');
  assert.ok(said.pages >= 500, `${said.pages} pages were answered while JavaScript did nothing`);
  assert.ok(said.latencyNs.max < 5e9, `the longest wait was ${said.latencyNs.max / 1e6} ms`);
  child.kill('SIGKILL');
  await exit;
});

test('SIGTERM ends it in order although JavaScript is stuck', async () => {
  await using target = await startTarget('nobody_reads');
  const { child, ready, exit } = scope(target.pid, 'hold: null', STUCK);
  await ready;
  const began = performance.now();
  child.kill('SIGTERM');
  assert.equal(await exit, 128 + 15, 'it ends by itself, long before JavaScript would have moved');
  const took = performance.now() - began;
  assert.ok(took < 15_000, `it took ${Math.round(took)} ms`);
});

const CROWD = 2000;
for (const [how, signal, status] of [
  ['asked to end', 'SIGTERM', 128 + 15],
  ['killed', 'SIGKILL', null],
] as const) {
  test(`${how} with ${CROWD} threads held and JavaScript stuck: whoever comes next fills each page once`, async () => {
    await using victim = await startVictim(CROWD);
    const { child, ready, exit } = scope(
      victim.pid,
      'hold: null',
      `while (session.snapshot().held < ${CROWD}) await new Promise((resolve) => setTimeout(resolve, 20));
       writeSync(2, 'all are held\\n');
       for (;;);`,
      'pipe',
    );
    await ready;
    const held = once(child.stderr!, 'data');
    const crowd = victim.order('crowd', 0, CROWD);
    await held;
    child.kill(signal);
    assert.equal(await exit, status);
    await using next = await attach({
      pid: victim.pid,
      armed: true,
      defaultAnswer: 'source',
      source: { type: 'pattern', byte: 0x5a },
    });
    assert.equal(await crowd, `${0x5a}:${CROWD}`);
    await next.detach();
  });
}
