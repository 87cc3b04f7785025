/** `ps` on programs whose userfaultfds we know. */
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileOdd, startOdd } from '../fixtures/odd-uffds.js';
import { startTarget } from '../fixtures/target.js';
import { skipUnless } from '../support/skip.js';
import { hasUffd, psOf, psUntil } from './ps-document.js';
import { holdsNoEscapes, nobodyCanRun, NOBODY, uffdscope } from './uffdscope.js';

const asNobody = skipUnless(nobodyCanRun, 'needs root, and a checkout that others may enter');

test('a program that hangs since nobody reads: its uffd, range, features, and every thread that waits', async () => {
  await using target = await startTarget('nobody_reads', ['--threads', 2]);
  const { uffd } = await psUntil(target.pid, ({ total, waiting }) => total === 2 && waiting.length === 2);
  assert.equal(uffd.ino, target.ready.ino);
  assert.deepEqual(uffd.targets, [{ pid: target.pid, comm: 'demo_nobody_rea' }]);
  assert.deepEqual(uffd.holders, [
    { pid: target.pid, comm: 'demo_nobody_rea', fd: target.ready.uffd, nonblocking: true },
  ]);
  assert.deepEqual(
    uffd.ranges!.map(({ pid, start, end, modes }) => ({ pid, start, end, modes })),
    target.ready.ranges.map((range) => ({ pid: target.pid, ...range })),
  );
  assert.equal(uffd.initialized, true);
  assert.equal(uffd.pending, 2);
  for (const thread of uffd.waiting) {
    assert.equal(thread.pid, target.pid);
    assert.notEqual(thread.tid, target.pid);
    assert.equal(thread.state, 'unread');
    assert.equal(thread.kind, 'missing');
    assert.equal(thread.from, 'user');
    assert.equal(thread.address, null);
    assert.equal(thread.access, null);
  }
});

test('a handler that read and forgot: the same threads are read, not unread', async () => {
  await using target = await startTarget('handler_stalls', ['--threads', 2]);
  const { uffd } = await psUntil(target.pid, ({ total, pending }) => total > 0 && pending === 0);
  assert.ok(uffd.waiting.length > 0);
  assert.deepEqual(new Set(uffd.waiting.map(({ state }) => state)), new Set(['read']));
});

test('two of one process: both rows, ranges unknown, the wait at the one that counts it', async () => {
  await using odd = await startOdd(['two']);
  const document = await psOf();
  const both = document.userfaultfds.filter((uffd) => hasUffd(uffd, odd.pid));
  assert.equal(both.length, 2);
  assert.ok(both.every(({ ranges }) => ranges === null));
  assert.ok(both.every(({ targets }) => targets[0]?.pid === odd.pid));
  assert.ok(document.limits.some((limit) => limit.includes(`all serve ${odd.pid}`)));
  const { uffd } = await psUntil(odd.pid, ({ total }) => total === 1);
  assert.deepEqual(
    uffd.waiting.map(({ comm }) => comm),
    ['toucher'],
  );
});

test('held by another process alone: that one is the holder, the memory is the target', async () => {
  await using odd = await startOdd(['foreign']);
  const { uffd, document } = await psUntil(odd.number, () => true);
  assert.deepEqual(
    uffd.holders.map(({ pid, comm }) => ({ pid, comm })),
    [{ pid: odd.number, comm: 'lazy-pages' }],
  );
  const others = document.userfaultfds.filter(({ ino, targets }) => ino !== uffd.ino && targets.length === 0);
  if (others.length > 0) {
    // Another idle one on this machine could serve that memory as well: then it must be said, not guessed.
    assert.deepEqual(uffd.targets, []);
    assert.ok(
      document.limits.some((limit) => limit.startsWith(`uffd ${uffd.ino} serves`) && limit.includes(`${odd.pid} (`)),
    );
    return;
  }
  assert.deepEqual(
    uffd.targets.map(({ pid }) => pid),
    [odd.pid],
  );
  assert.equal(uffd.ranges![0]!.pid, odd.pid);
});

test('names that hold newlines and escapes: exact in JSON, harmless in both forms', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'names-'));
  try {
    await using odd = await startOdd(['names', folder]);
    const { document, uffd } = await psUntil(odd.pid, () => true);
    assert.equal(uffd.holders[0]!.comm, 'a\n\u001b[31mb) S 1');
    assert.ok(document.raw.split('\n').every(holdsNoEscapes));
    const table = await uffdscope(['ps']);
    assert.ok(holdsNoEscapes(table.stdout));
    assert.ok(table.stdout.includes('a␊␛[31mb) S 1'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('uffds, processes and threads that come and go during the look: never a crash', async () => {
  await using first = await startOdd(['churn']);
  await using second = await startOdd(['churn']);
  let seen = 0;
  // As often as it takes to catch one: on a quiet machine a look falls between two of them for a while.
  for (let i = 0; i < 15 || (seen === 0 && i < 300); i++) {
    const { userfaultfds } = await psOf();
    if (userfaultfds.some((uffd) => hasUffd(uffd, first.pid) || hasUffd(uffd, second.pid))) seen++;
  }
  assert.ok(seen > 0, 'some of them were caught in the act');
});

test('--by feature groups them', async () => {
  await using target = await startTarget('nobody_reads');
  const { stdout } = await uffdscope(['ps', '--by', 'feature']);
  const line = stdout.split('\n').find((one) => one.startsWith('THREAD_ID'));
  assert.ok(line?.includes(`uffd ${target.ready.ino}`), stdout);
  const json = JSON.parse((await uffdscope(['ps', '--by', 'feature', '--json'])).stdout) as {
    features: { feature: string; userfaultfds: number[] }[];
  };
  assert.ok(json.features.find(({ feature }) => feature === 'THREAD_ID')!.userfaultfds.includes(target.ready.ino));
});

test('without privilege: own processes whole, the rest counted, with the exact sudo line', asNobody, async () => {
  await using own = await startTarget('nobody_reads', ['--threads', 2], { uid: NOBODY });
  await using other = await startTarget('nobody_reads');
  const { document, uffd } = await psUntil(own.pid, ({ waiting }) => waiting.length === 2, { uid: NOBODY });
  assert.equal(uffd.ino, own.ready.ino);
  assert.deepEqual(
    uffd.targets.map(({ pid }) => pid),
    [own.pid],
  );
  assert.equal(uffd.ranges!.length, 1);
  assert.ok(!document.userfaultfds.some(({ ino }) => ino === other.ready.ino));
  assert.ok(
    document.limits.some((limit) =>
      /processes could not be looked into.*sudo \S*node \S*uffdscope\.js ps --json$/.test(limit),
    ),
    document.limits.join('\n'),
  );
  const table = await uffdscope(['ps'], { uid: NOBODY });
  assert.match(table.stdout.replaceAll(/\s+/g, ' '), /could not be looked into.* sudo \S*node \S*uffdscope\.js ps /);
});

test('a program of our own that guards itself is counted, not guessed at', asNobody, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'guarded-'));
  try {
    // An executable that its user may not read makes a process that is not dumpable (would_dump).
    chmodSync(folder, 0o755);
    const path = join(folder, 'guarded');
    copyFileSync(compileOdd(), path);
    chmodSync(path, 0o711);
    await using odd = await startOdd(['two'], { uid: NOBODY, path });
    const document = await psOf({ uid: NOBODY });
    assert.ok(!document.userfaultfds.some((uffd) => hasUffd(uffd, odd.pid)));
    assert.ok(document.limits.some((limit) => limit.includes('could not be looked into')));
    const root = await psOf();
    assert.equal(root.userfaultfds.filter((uffd) => hasUffd(uffd, odd.pid)).length, 2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test(
  '1,000 processes with 35,000 descriptors: all in within half a second, as a median',
  { timeout: 120_000 },
  async (t) => {
    await using crowd = await startOdd(['crowd', 1000, 35]);
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const start = performance.now();
      await psOf();
      times.push(performance.now() - start);
    }
    const [median] = times.toSorted((a, b) => a - b).slice(2);
    t.diagnostic(`crowd of ${crowd.pid}: ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    // Three times the budget: other tests may hold the processors.
    assert.ok(median! < 1500, `${median} ms`);
  },
);
