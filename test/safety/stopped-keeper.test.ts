/** The keeper holds the handler's threads; a keeper that is stopped must not hold them for ever. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { attach } from '../../native/session/index.js';
import { startTarget } from '../fixtures/target.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Our keepers, by pid. */
function keepers(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return stat.includes('(uffdscope-keepe)') && Number(ppid) === process.pid;
      } catch {
        return false; // it ended meanwhile
      }
    });
}

test('a keeper that was stopped is ended, the handler runs on, and we can leave', async () => {
  await using checker = await startTarget('checker', [
    '--serve',
    '--threads',
    2,
    '--seconds',
    600,
    '--expect',
    'byte:5a',
  ]);
  const session = await attach({ pid: checker.pid });
  await session.hold('hits > 1000000'); // holds the handler, and passes every fault on to it
  assert.equal(session.snapshot().stance === 'looking', false);
  const [keeper] = keepers();
  assert.ok(keeper, 'it has a keeper');
  process.kill(keeper, 'SIGSTOP');
  const began = performance.now();
  while (keepers().includes(keeper) && performance.now() - began < 10_000) await sleep(20);
  assert.ok(!keepers().includes(keeper), 'the stopped one is gone');
  const left = await Promise.race([session.detach(), sleep(10_000).then(() => null)]);
  assert.ok(left, 'leaving does not hang');
  assert.deepEqual(keepers(), []);
  await sleep(2000); // on its own
  process.kill(checker.pid, 'SIGTERM');
  const [said] = (await checker.json(1, 20_000)) as [{ ok: boolean; pages: number }];
  assert.ok(said.ok, 'every byte was right');
  assert.ok(said.pages > 1000, `${said.pages} pages were served`);
});
