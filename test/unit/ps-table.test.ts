/** The table of `ps`: as wide as the terminal, and one line for many threads that wait alike. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chalk } from 'chalk';
import { psTable } from '../../bin/commands/ps.js';
import type { PsDocument, PsWaiting } from '../../native/session/discover/ps.js';

const plain = new Chalk({ level: 0 });

function waiting(n: number): PsWaiting[] {
  return Array.from({ length: n }, (_, i) => ({
    pid: 501,
    tid: 600 + i,
    comm: `worker-${i}`,
    state: 'unread',
    kind: 'missing',
    access: null,
    address: null,
    from: 'user',
  }));
}

function document(n: number): PsDocument {
  return {
    userfaultfds: [
      {
        ino: 2698884,
        targets: [{ pid: 501, comm: 'qemu-system-x86' }],
        holders: [
          { pid: 501, comm: 'qemu-system-x86', fd: 12, nonblocking: true },
          { pid: 777, comm: 'lazy-pages', fd: 5, nonblocking: true },
        ],
        features: ['EVENT_FORK', 'EVENT_REMAP', 'EVENT_REMOVE', 'MISSING_HUGETLBFS', 'MISSING_SHMEM', 'THREAD_ID'],
        initialized: true,
        userModeOnly: null,
        pending: n,
        total: n,
        ranges: [{ pid: 501, start: 0n, end: 1n << 30n, modes: ['missing'], name: '[anon]' }],
        waiting: waiting(n),
      },
    ],
    limits: [],
  };
}

test('no line is wider than the terminal, and no word is lost', () => {
  for (const width of [80, 100, 120]) {
    const lines = psTable(document(40), plain, width).trimEnd().split('\n');
    for (const line of lines) assert.ok(line.length <= width, `${line.length} of ${width}: ${line}`);
    const text = lines.join(' ');
    for (const word of ['2698884', 'EVENT_REMOVE', 'MISSING_HUGETLBFS', 'lazy-pages'])
      assert.ok(text.includes(word), word);
  }
});

test('into a pipe nothing is broken: a uffd is one line', () => {
  const lines = psTable(document(1), plain, null).trimEnd().split('\n');
  assert.equal(lines.length, 3);
  assert.match(lines[1]!, /MISSING_SHMEM THREAD_ID$/);
  assert.equal(lines[2], '    waits: 600 (worker-0): missing, unread, from user mode');
});

test('forty threads that wait alike are one line; three are three', () => {
  const lines = psTable(document(40), plain, null).trimEnd().split('\n');
  assert.deepEqual(lines.slice(2), [
    '    40 threads wait: missing, unread, from user mode: 600 (worker-0), 601 (worker-1), 602 (worker-2) and 37 others',
  ]);
  assert.equal(psTable(document(3), plain, null).match(/waits: /g)?.length, 3);
});
