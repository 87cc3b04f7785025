/**
 * Killed and stopped while a script has faults in hand: uffdscope, the keeper, the script's process, each at a random
 * moment. The target ends right, with every byte the handler's or ours.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isGone, startScope, type Scope } from '../fixtures/scope.js';
import { startTarget, type RunningTarget } from '../fixtures/target.js';
import { sleep, until } from '../support/until.js';

/** At once, later, never, back to the handler, held, woken: by turns, so that there is always something in hand. */
const MIXED = `export default { onFault(fault, ctx) {
  switch (fault.seq % 8) {
    case 0: case 1: return ctx.copy('pattern:5a');
    case 2: return ctx.sleep(ctx.random() * 60).then(() => { if (ctx.waiting) ctx.copy('pattern:5a'); });
    case 3: return ctx.pass();
    case 4: return ctx.hold();
    case 5: return fault.hits % 2 ? ctx.wake() : ctx.copy('pattern:5a');
    case 6: return ctx.delay(20);
    default: return new Promise(() => {});
  }
} };`;

/** Its handler answers with 5a. */
const checker = () =>
  startTarget('checker', ['--serve', '--threads', 4, '--pages', 64, '--seconds', 600, '--expect', 'byte:5a']);

const taking = (target: RunningTarget, source = MIXED, more: readonly string[] = []) =>
  startScope(target.pid, source, {
    flags: ['--default', 'pass', '--max-hold', '200ms', '--script-deadline', '300ms', '--seed', '3', ...more],
  });

/** It goes on for a while without us, and is then asked for its report. */
async function allRight(target: RunningTarget): Promise<void> {
  await sleep(2000);
  process.kill(target.pid, 'SIGTERM');
  const [said] = (await target.json(1, 60_000)) as [{ readonly ok: boolean; readonly pages: number }];
  assert.ok(said.ok, 'every byte was right');
  assert.ok(said.pages > 100, `${said.pages} pages`);
}

/** So many faults were given to the script; then a moment nobody can foresee. */
async function amid(scope: Scope, asked: number): Promise<void> {
  const goal = scope.seen('"action":"script"') + asked;
  await until(`${asked} questions`, () => scope.seen('"action":"script"') >= goal);
  await sleep(Math.random() * 100);
}

for (const asked of [1, 20, 60]) {
  test(`SIGKILL of uffdscope after ${asked} questions`, async () => {
    await using target = await checker();
    await using scope = await taking(target);
    await amid(scope, asked);
    const script = scope.script();
    process.kill(scope.pid, 'SIGKILL');
    await allRight(target);
    await until('the end of the script', () => isGone(script));
  });
}

test('SIGKILL of the keeper, twice: the script goes on with another', async () => {
  await using target = await checker();
  await using scope = await taking(target);
  for (let kills = 0; kills < 2; kills++) {
    await amid(scope, 5);
    process.kill(scope.keeper(), 'SIGKILL');
  }
  await amid(scope, 5);
  process.kill(scope.pid, 'SIGTERM');
  await allRight(target);
});

test('SIGKILL of both at once', async () => {
  await using target = await checker();
  await using scope = await taking(target);
  await amid(scope, 10);
  const pids = [scope.script(), scope.pid];
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await allRight(target);
});

for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
  test(`${signal} of the script's process: it is off, and the others go on`, async () => {
    await using target = await checker();
    await using scope = await taking(target);
    await amid(scope, 20);
    const script = scope.script();
    process.kill(script, signal);
    await until('it is off', () => scope.seen('it is switched off') > 0);
    await until('its end', () => isGone(script));
    await allRight(target);
    await until('our end', () => isGone(scope.pid));
    assert.equal(await scope.exit, 4, 'a script that ended is said by the exit status');
  });
}

test('SIGSTOP of uffdscope for 3 s: the keeper hands back, the script serves on after it', async () => {
  await using target = await checker();
  await using scope = await taking(target);
  await amid(scope, 10);
  process.kill(scope.pid, 'SIGSTOP');
  await sleep(3000);
  process.kill(scope.pid, 'SIGCONT');
  await amid(scope, 5);
  process.kill(scope.pid, 'SIGTERM');
  await allRight(target);
});

/** Blocks its whole process, and then gives bytes that are wrong by now: the handler has long answered. */
const tooLate = (ms: number): string => `const one = new Int32Array(new SharedArrayBuffer(4));
  export default { onFault(fault, ctx) { Atomics.wait(one, 0, 0, ${ms}); ctx.copy('pattern:ee'); } };`;

test('what a script answers after uffdscope was stopped and the keeper handed back, nobody sees', async () => {
  await using target = await checker();
  await using scope = await taking(target, tooLate(6000), ['--script-deadline', '60s']);
  await until('a question', () => scope.seen('"action":"script"') > 0);
  const script = scope.script();
  process.kill(scope.pid, 'SIGSTOP');
  await allRight(target);
  process.kill(scope.pid, 'SIGKILL');
  await until('the end of the script', () => isGone(script));
});

test('SIGKILL of uffdscope amid an endless loop: the script ends too, and the handler serves', async () => {
  await using target = await checker();
  await using scope = await taking(target, 'export default { onFault() { while (true); } };', [
    '--script-deadline',
    '60s',
  ]);
  await until('a question', () => scope.seen('"action":"script"') > 0);
  const script = scope.script();
  process.kill(scope.pid, 'SIGKILL');
  await until('the end of the script', () => isGone(script));
  await allRight(target);
});
