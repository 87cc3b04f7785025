/** Taking part in stress-ng's userfaultfd stressor, which ends itself at the first thing that surprises its handler. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { listUserfaultfds } from '../../native/session/discover/ps.js';
import { attach } from '../../native/session/index.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Another's stress-ng may run on this machine. */
function isChildOf(pid: number, ancestor: number): boolean {
  for (let at = pid; at > 1; at = parentOf(at)) if (at === ancestor) return true;
  return false;
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0; // it ended meanwhile
  }
}

async function stressor() {
  const child = spawn('stress-ng', ['--userfaultfd', '1', '--userfaultfd-bytes', '64m', '--timeout', '12s'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (t: string) => (said += t));
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  for (let i = 0; i < 100; i++) {
    const document = await listUserfaultfds();
    const uffd = document.userfaultfds.find((u) => u.holders.some((h) => isChildOf(h.pid, child.pid!)));
    if (uffd?.initialized && uffd.ranges?.length)
      return { pid: uffd.targets[0]!.pid, ino: uffd.ino, exit, said: () => said };
    await sleep(50);
  }
  throw new Error(`stress-ng made no userfaultfd: ${said}`);
}

test('its faults are held, passed on and answered with zeros, and it ends well', { timeout: 60_000 }, async () => {
  const { pid, ino, exit, said } = await stressor();
  {
    await using holding = await attach({ pid, uffd: { ino } });
    for (let i = 0; i < 5; i++) {
      await holding.hold(null);
      await sleep(100);
      await holding.release();
      await sleep(50);
    }
    assert.ok(holding.snapshot().faults > 0);
  }
  {
    await using passing = await attach({ pid, uffd: { ino }, defaultAnswer: 'pass', armed: true });
    await sleep(1500);
    const { faults, resolved } = passing.snapshot();
    assert.ok(faults > 5 && resolved >= faults - 1, `${resolved} of ${faults} passed to its handler`);
  }
  {
    await using answering = await attach({ pid, uffd: { ino }, defaultAnswer: 'zero', armed: true });
    await sleep(1500);
    assert.ok(answering.snapshot().resolved > 1000, 'answered in its place');
    assert.equal(answering.snapshot().failed, 0);
  }
  assert.equal(await exit, 0, said());
  assert.match(said(), /successful run completed/);
});
