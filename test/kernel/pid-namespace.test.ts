/** A target in a pid namespace of its own calls its threads by other numbers than we do. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { attach } from '../../native/session/index.js';
import { findTarget, targetPath } from '../../native/session/targets.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

test('the threads of a target in a container have the numbers that we know them by', async () => {
  const program = targetPath(findTarget('nobody_reads'));
  const box = spawn('unshare', ['--pid', '--fork', '--kill-child', program, '--threads', '3'], { stdio: 'pipe' });
  try {
    await new Promise((resolve) => box.stdout.once('data', resolve));
    const [pid] = childrenOf(box.pid!);
    await using session = await attach({ pid: pid! });
    const end = performance.now() + 5000;
    while (session.snapshot().held < 3 && performance.now() < end) await sleep(10);
    const seen = session.faults.waiting().map((seq) => session.faults.row(seq)!.tid);
    const threads = readdirSync(`/proc/${pid}/task`).map(Number);
    assert.equal(seen.length, 3);
    assert.equal(new Set(seen).size, 3);
    for (const tid of seen) assert.ok(threads.includes(tid!), `${tid} is one of ${threads.join(', ')}`);
  } finally {
    box.kill('SIGKILL');
  }
});
