import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeCandidates } from '../../native/session/discover/candidates.js';
import { held, proc, row, scan, waits } from './discover-scan.js';

const OURS = { self: 900, ancestors: new Set([800]) };

test('rows: waiting first, then those with userfaultfds, then the rest, each with what would happen', () => {
  const machine = scan({
    held: [held(40, 3, 7), held(50, 3, 8, { pending: 1, total: 1 }), held(60, 3, 9)],
    processes: [proc(40, 1), proc(50, 1, { freeThreads: 0 }), proc(60, 2)],
    waiting: [waits(50, 50)],
    reading: [{ pid: 40, tid: 41, fd: 3 }],
  });
  const rows = [row(30), row(40), row(50), row(60), row(20, { kernelThread: true, cmdline: '' }), row(800)];
  const list = describeCandidates(machine, rows, OURS);
  assert.deepEqual(
    list.map(({ pid }) => pid),
    [50, 40, 60, 30, 800, 20],
  );
  assert.deepEqual(
    list.slice(0, 3).map(({ would }) => would),
    [
      { do: 'join', handler: 'none' },
      { do: 'join', handler: 'living' },
      { do: 'join', handler: 'unseen' },
    ],
  );
  assert.match(JSON.stringify(list[3]!.would), /no userfaultfd/);
  assert.match(JSON.stringify(list[4]!.would), /ancestor/);
  assert.match(JSON.stringify(list[5]!.would), /kernel thread/);
  assert.equal(list[2]!.registeredBytes, 8192);
});

test('a process served by another has the row of what it would join', () => {
  const machine = scan({ held: [held(9, 5, 7)], processes: [proc(9, 0), proc(501, 1)] });
  const [first] = describeCandidates(machine, [row(501)], OURS);
  assert.deepEqual(first!.uffds, [{ ino: 7, fd: null, holders: [9], pending: 0, total: 0 }]);
  assert.equal(first!.would.do, 'join');
});
