/** `ps` is right about programs that we did not write. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { test } from 'node:test';
import { startPostcopy } from '../fixtures/postcopy.js';
import { hasUffd, psOf, psUntil } from '../cli/ps-document.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Descendants of a process that hold a userfaultfd, told without uffdscope. */
function holdersBelow(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]));
    } catch {
      // it ended
    }
  }
  const below = (pid: number): boolean => pid === root || (parents.has(pid) && below(parents.get(pid)!));
  return [...parents.keys()].filter((pid) => below(pid) && holds(pid));
}

function holds(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some(
      (fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === 'anon_inode:[userfaultfd]',
    );
  } catch {
    return false;
  }
}

test(
  "stress-ng's stressor: each pair of processes that share a memory is one target",
  { timeout: 60_000 },
  async () => {
    const stress = spawn('stress-ng', ['--userfaultfd', '2', '--timeout', '30'], { stdio: 'ignore' });
    try {
      let holders: number[] = [];
      for (let i = 0; i < 100 && holders.length < 4; i++) {
        await sleep(100);
        holders = holdersBelow(stress.pid!);
      }
      assert.equal(holders.length, 4, 'two stressors, each a handler and a clone(CLONE_VM) that faults');
      let waitsSeen = 0;
      for (let i = 0; i < 20; i++) {
        const { userfaultfds } = await psOf();
        const theirs = userfaultfds.filter((uffd) => holders.some((pid) => hasUffd(uffd, pid)));
        assert.equal(theirs.length, 2);
        for (const { holders: held, targets, ranges, waiting, initialized } of theirs) {
          assert.ok(initialized);
          assert.equal(held.length, 2);
          assert.equal(new Set(held.map(({ fd }) => fd)).size, 1, 'they share their descriptors');
          assert.deepEqual(
            targets.map(({ pid }) => pid).toSorted((a, b) => a - b),
            held.map(({ pid }) => pid).toSorted((a, b) => a - b),
          );
          assert.ok(ranges!.length >= 1);
          assert.deepEqual(ranges![0]!.modes, ['missing']);
          for (const thread of waiting) {
            assert.ok(held.some(({ pid }) => pid === thread.pid));
            assert.equal(thread.kind, 'missing');
            waitsSeen++;
          }
        }
      }
      assert.ok(waitsSeen > 0, 'threads were caught waiting');
    } finally {
      stress.kill('SIGINT');
      await new Promise((resolve) => stress.once('close', resolve));
    }
  },
);

test('both QEMUs of a post-copy migration', { timeout: 180_000 }, async () => {
  await using vms = await startPostcopy();
  await vms.switchOver();
  const { uffd, document } = await psUntil(vms.destination, ({ ranges }) => (ranges?.length ?? 0) > 0);
  assert.deepEqual(
    uffd.targets.map(({ pid }) => pid),
    [vms.destination],
  );
  assert.deepEqual(
    uffd.holders.map(({ pid }) => pid),
    [vms.destination],
  );
  assert.equal(uffd.holders[0]!.nonblocking, true, 'O_CLOEXEC | O_NONBLOCK, as postcopy-ram.c opens it');
  assert.ok(
    uffd.ranges!.some(({ start, end }) => BigInt(end) - BigInt(start) === 256n << 20n),
    'the 256 MiB of the guest',
  );
  assert.ok(uffd.ranges!.every(({ modes }) => modes.join() === 'missing'));
  assert.ok(!document.userfaultfds.some((one) => hasUffd(one, vms.source)), 'the source needs none in post-copy');

  const { uffd: stuck } = await psUntil(vms.destination, ({ waiting }) => waiting.length > 0);
  for (const thread of stuck.waiting) {
    assert.equal(thread.pid, vms.destination);
    assert.ok(readFileSync(`/proc/${vms.destination}/task/${thread.tid}/comm`, 'utf8').startsWith(thread.comm));
  }
  await vms.completed(90_000);
});
