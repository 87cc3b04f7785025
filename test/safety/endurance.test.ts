/** Taking part hundreds of times in one living process leaves it, and us, as after the first time. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { attach } from '../../native/session/index.js';
import { startTarget, type RunningTarget } from '../fixtures/target.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const HOLDS = 1000;
const ATTACHMENTS = 200;

const descriptors = () => readdirSync('/proc/self/fd').length;
const mebibytes = () => Math.round(process.memoryUsage.rss() / 2 ** 20);

/** Two threads that check each byte they get, and an edge-triggered handler that gives 0x5a. */
const checking = () => startTarget('epoll_et', ['--threads', 2, '--pause', 1]);

/** It ends at the first wrong byte, and a thread that nobody answers is seen here. */
async function isWhole(target: RunningTarget): Promise<void> {
  const session = await attach({ pid: target.pid, lookOnly: true });
  for (const end = performance.now() + 20_000; (session.snapshot().unread ?? 0) > 0;) {
    assert.ok(performance.now() < end, 'the handler serves on');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await session.detach();
  assert.deepEqual(target.lines, [], 'no byte was wrong');
  assert.equal((await target.kill()).signal, 'SIGKILL', 'it was alive');
}

test(`${HOLDS} times hold and release beside a working handler`, async () => {
  await using target = await checking();
  const session = await attach({ pid: target.pid, keep: 2 ** 14 });
  let before = 0;
  for (let i = 0; i < HOLDS; i++) {
    await session.hold(null);
    await session.release();
    if (i === 10) before = descriptors(); // some are opened when first needed: a few more, not one a time
  }
  assert.ok(descriptors() < before + 20, `${descriptors()} descriptors, ${before} before`);
  await session.detach();
  await isWhole(target);
});

test(`${ATTACHMENTS} times attach, hold and detach: no descriptor and no memory stays`, async () => {
  await using target = await checking();
  const once = async () => {
    const session = await attach({ pid: target.pid, hold: null, keep: 2 ** 14 });
    await session.detach();
  };
  for (let i = 0; i < 20; i++) await once(); // until allocators and compiled code have settled
  collect();
  const fds = descriptors();
  const rss = mebibytes();
  for (let i = 0; i < ATTACHMENTS; i++) await once();
  // What JavaScript has forgotten is closed when its memory is collected.
  for (const end = performance.now() + 20_000; descriptors() > fds + 10;) {
    assert.ok(performance.now() < end, `${descriptors()} descriptors, ${fds} before`);
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(mebibytes() < rss + 64, `${mebibytes()} MiB resident, ${rss} before`);
  await isWhole(target);
});
