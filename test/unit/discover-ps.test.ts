import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeScan } from '../../native/session/discover/ps.js';
import { EVENT_FORK, EVENT_UNMAP, held, proc, scan, waits } from './discover-scan.js';

test('a hang where nobody reads: every waiting thread, with what is certain and null for the rest', () => {
  const { userfaultfds, limits } = describeScan(
    scan({
      held: [held(501, 12, 7, { pending: 2, total: 2, features: 1n << 8n })],
      processes: [proc(501, 1)],
      waiting: [waits(501, 507), waits(501, 503, { fromUser: false })],
    }),
  );
  assert.equal(userfaultfds.length, 1);
  const [uffd] = userfaultfds;
  assert.deepEqual(uffd!.features, ['THREAD_ID']);
  assert.deepEqual(uffd!.targets, [{ pid: 501, comm: 'p501' }]);
  assert.equal(uffd!.userModeOnly, null);
  assert.deepEqual(
    uffd!.waiting.map(({ tid, state, kind, from, address, access }) => ({ tid, state, kind, from, address, access })),
    [
      { tid: 503, state: 'unread', kind: 'missing', from: 'kernel', address: null, access: null },
      { tid: 507, state: 'unread', kind: 'missing', from: 'user', address: null, access: null },
    ],
  );
  assert.ok(limits.some((limit) => limit.includes('addresses')));
});

test('one message read and one not: which thread is which is not said', () => {
  const machine = scan({
    held: [held(501, 12, 7, { pending: 1, total: 2 })],
    processes: [proc(501, 1)],
    waiting: [waits(501, 503), waits(501, 504)],
  });
  assert.deepEqual(
    describeScan(machine).userfaultfds[0]!.waiting.map(({ state }) => state),
    [null, null],
  );
});

test('read and not resolved; counts that moved during the look say nothing', () => {
  const hung = (steady: boolean) =>
    scan({
      held: [held(501, 12, 7, { pending: 0, total: 1, steady })],
      processes: [proc(501, 1)],
      waiting: [waits(501, 503)],
    });
  assert.equal(describeScan(hung(true)).userfaultfds[0]!.waiting[0]!.state, 'read');
  assert.equal(describeScan(hung(false)).userfaultfds[0]!.waiting[0]!.state, null);
});

test('registered for two things: the kind is not known', () => {
  const process = proc(501, 1);
  const both = { ...process, ranges: process.ranges.map((range) => ({ ...range, modes: 3 })) };
  const machine = scan({ held: [held(501, 12, 7, { total: 1 })], processes: [both], waiting: [waits(501, 503)] });
  const [uffd] = describeScan(machine).userfaultfds;
  assert.deepEqual(uffd!.ranges![0]!.modes, ['missing', 'wp']);
  assert.equal(uffd!.waiting[0]!.kind, null);
});

test('an event that nobody reads: counted nowhere, seen by where its thread sleeps', () => {
  const machine = scan({
    held: [held(501, 12, 7, { features: EVENT_UNMAP })],
    processes: [proc(501, 1)],
    waiting: [waits(501, 503, { event: 'unmap', fromUser: false })],
  });
  assert.deepEqual(describeScan(machine).userfaultfds[0]!.waiting, [
    { pid: 501, tid: 503, comm: 't503', state: 'event', kind: 'unmap', access: null, address: null, from: 'kernel' },
  ]);
});

test('whoever unmaps all it had registered waits for its own userfaultfd', () => {
  const machine = scan({
    held: [held(501, 12, 7, { features: EVENT_UNMAP }), held(502, 3, 8, { features: EVENT_UNMAP })],
    processes: [proc(501, 0), proc(502, 1)],
    waiting: [waits(501, 503, { event: 'unmap', fromUser: false })],
  });
  assert.deepEqual(
    describeScan(machine).userfaultfds.map(({ waiting }) => waiting.length),
    [1, 0],
  );
});

test('two of one process: ranges are null, and waits go to the one that counts them', () => {
  const machine = scan({
    held: [held(501, 3, 7), held(501, 4, 8, { pending: 1, total: 1 })],
    processes: [proc(501, 2)],
    waiting: [waits(501, 503)],
  });
  const { userfaultfds, limits } = describeScan(machine);
  assert.deepEqual(
    userfaultfds.map(({ ranges }) => ranges),
    [null, null],
  );
  assert.deepEqual(
    userfaultfds.map(({ waiting }) => waiting.length),
    [0, 1],
  );
  assert.ok(limits.some((limit) => limit.startsWith('uffds 7, 8 all serve 501')));
});

test('a thread of another process that reads the memory is listed where one count alone is unexplained', () => {
  const machine = scan({
    held: [held(501, 12, 7, { total: 1 })],
    processes: [proc(501, 1)],
    waiting: [waits(900, 901, { fromUser: false })],
  });
  assert.deepEqual(
    describeScan(machine).userfaultfds[0]!.waiting.map(({ pid }) => pid),
    [900],
  );
});

test('… and not where counts moved, or where it has registered memory of its own', () => {
  const foreign = (more: { steady: boolean; own: number }) =>
    scan({
      held: [held(501, 12, 7, { total: 1 }), held(900, 3, 8, { steady: more.steady })],
      processes: [proc(501, 1), proc(900, more.own)],
      waiting: [waits(900, 901, { fromUser: false }), waits(902, 902)],
    });
  const rows = (more: { steady: boolean; own: number }) =>
    describeScan(foreign(more)).userfaultfds.map(({ waiting }) => waiting.map(({ tid }) => tid));
  assert.deepEqual(rows({ steady: false, own: 1 }), [[], [901]], 'its own counts moved, so it may be there');
  assert.deepEqual(rows({ steady: true, own: 1 }), [[902], []], 'not 901, whose memory another one serves');
});

test('a wait that could belong to two is in no row, and said', () => {
  const machine = scan({
    held: [held(501, 3, 7, { total: 1 }), held(501, 4, 8, { total: 1 })],
    processes: [proc(501, 2)],
    waiting: [waits(501, 503, { comm: 'a\u001b[31mb' })],
  });
  const { userfaultfds, limits } = describeScan(machine);
  assert.ok(userfaultfds.every(({ waiting }) => waiting.length === 0));
  const said = limits.find((limit) => limit.startsWith('Thread 503'));
  assert.ok(said?.includes('a␛[31mb'), said);
});

test('memory served through something hidden is said, with the line that shows it', () => {
  const { limits } = describeScan(scan({ processes: [proc(501, 1)], refused: 3 }));
  assert.ok(limits.some((limit) => limit.includes('501') && limit.includes('may not look into')));
  assert.ok(limits.some((limit) => limit.startsWith('3 of 10 processes')));
});

test('an ambiguous target names its candidates in limits and stays empty in its row', () => {
  const { userfaultfds, limits } = describeScan(
    scan({
      held: [held(9, 5, 7, { features: EVENT_FORK }), held(9, 6, 8, { features: EVENT_FORK })],
      processes: [proc(9, 0), proc(501, 1), proc(502, 1)],
    }),
  );
  assert.deepEqual(
    userfaultfds.map(({ targets }) => targets),
    [[], []],
  );
  assert.ok(limits.some((limit) => limit.includes('501') && limit.includes('502')));
});

test('a feature that this version does not know keeps its bit', () => {
  const machine = scan({ held: [held(1, 3, 7, { features: 1n | (1n << 40n) })], processes: [proc(1, 1)] });
  assert.deepEqual(describeScan(machine).userfaultfds[0]!.features, ['PAGEFAULT_FLAG_WP', '0x10000000000']);
});
