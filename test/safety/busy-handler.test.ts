/** A handler that is long at work looks like none. It must not be taken for dead, nor be read beside. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach, UffdscopeError } from '../../native/session/index.js';
import { startTarget } from '../fixtures/target.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const refused = (error: unknown) => error instanceof UffdscopeError && error.code === 'HANDLER_NOT_FROZEN';

test('a handler that takes three seconds for an answer is only looked at', async () => {
  await using target = await startTarget('demo', ['--serve', '--delay', 3_000_000, '--rate', 50]);
  await sleep(500); // it has read a message and is at work
  await using session = await attach({ pid: target.pid });
  await sleep(500);
  const { stance, held, faults } = session.snapshot();
  assert.deepEqual({ stance, held, faults }, { stance: 'looking', held: 0, faults: 0 });
});

test('a default that was named is not given beside it', async () => {
  await using target = await startTarget('demo', ['--serve', '--delay', 3_000_000, '--rate', 50]);
  await sleep(500);
  await assert.rejects(attach({ pid: target.pid, armed: true, defaultAnswer: 'zero' }), refused);
});

test('a process that is stopped has its handler all the same, and goes on with it', async () => {
  await using checker = await startTarget('checker', ['--serve', '--seconds', 3, '--expect', 'byte:5a']);
  process.kill(checker.pid, 'SIGSTOP');
  await sleep(100);
  // Where it was stopped decides: at its wait it is held there, at work it is left alone.
  const session = await attach({ pid: checker.pid, hold: null }).catch((error: unknown) => {
    assert.ok(refused(error), String(error));
    return null;
  });
  if (session) assert.equal(session.snapshot().handler, 'frozen');
  process.kill(checker.pid, 'SIGCONT');
  await sleep(500);
  await session?.detach();
  const [said] = (await checker.json(1, 15_000)) as [{ ok: boolean; pages: number }];
  assert.ok(said.ok, 'every byte is the handler’s');
  assert.ok(said.pages > 100, 'and it served on');
});
