import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawScan } from '../../native/addon/observe.js';
import { servedMemories } from '../../native/session/discover/memories.js';
import { EVENT_FORK, held, proc, scan } from './discover-scan.js';

/** `{ino: pid}` where certain, `{ino: [pids]}` where not. */
function served(machine: RawScan): Record<number, number | number[]> {
  return Object.fromEntries(
    [...servedMemories(machine)].map(([ino, one]) => [
      ino,
      one.certain ? one.memory.id : one.candidates.map(({ id }) => id).toSorted((a, b) => a - b),
    ]),
  );
}

test('a process that holds one userfaultfd and has the ranges is its target', () => {
  assert.deepEqual(served(scan({ held: [held(501, 12, 7)], processes: [proc(501, 2)] })), { 7: 501 });
});

test('two programs, each with its own: no mixing', () => {
  const machine = scan({ held: [held(1, 3, 7), held(2, 3, 8)], processes: [proc(1, 1), proc(2, 1)] });
  assert.deepEqual(served(machine), { 7: 1, 8: 2 });
});

test('a handler that holds one of each of two programs serves both, and is no target', () => {
  const machine = scan({
    held: [held(1, 3, 7), held(2, 3, 8), held(9, 5, 7), held(9, 6, 8)],
    processes: [proc(1, 1), proc(2, 1), proc(9, 0)],
  });
  assert.deepEqual(served(machine), { 7: 1, 8: 2 });
});

test('a foreign holder, as of CRIU: the only registered memory that nobody holds for itself', () => {
  const machine = scan({ held: [held(9, 5, 7)], processes: [proc(9, 0), proc(501, 3)] });
  assert.deepEqual(served(machine), { 7: 501 });
});

test('a foreign holder of two: either could serve either', () => {
  const machine = scan({
    held: [held(9, 5, 7), held(9, 6, 8)],
    processes: [proc(9, 0), proc(501, 3), proc(502, 1)],
  });
  assert.deepEqual(served(machine), { 7: [501, 502], 8: [501, 502] });
});

test('a foreign holder is not certain while other holders are hidden from us', () => {
  const machine = scan({ held: [held(9, 5, 7)], processes: [proc(9, 0), proc(501, 3)], refused: 1 });
  assert.deepEqual(served(machine), { 7: [501] });
});

test('a child that only inherited the descriptor is not the target', () => {
  const machine = scan({
    held: [held(1, 3, 7), held(2, 3, 7)],
    processes: [proc(1, 1), proc(2, 0, { ppid: 1 })],
  });
  assert.deepEqual(served(machine), { 7: 1 });
});

test('fork with EVENT_FORK: the new one serves the child, though only the parent holds it', () => {
  const machine = scan({
    held: [
      held(1, 3, 7, { features: EVENT_FORK }),
      held(1, 4, 8, { features: EVENT_FORK }),
      held(2, 3, 7, { features: EVENT_FORK }),
    ],
    processes: [proc(1, 1, { ppid: 0 }), proc(2, 1, { ppid: 1 })],
  });
  assert.deepEqual(served(machine), { 7: 1, 8: 2 });
});

test('a child whose parent has gone, and a monitor with both: no guess', () => {
  const machine = scan({
    held: [
      held(9, 5, 7, { features: EVENT_FORK }),
      held(9, 6, 8, { features: EVENT_FORK }),
      held(2, 3, 7, { features: EVENT_FORK }),
    ],
    processes: [proc(9, 0), proc(2, 1)],
  });
  assert.deepEqual(served(machine), { 7: [2], 8: [2] });
});

test('one process with two of its own serves itself with both', () => {
  const machine = scan({ held: [held(1, 3, 7), held(1, 4, 8)], processes: [proc(1, 4)] });
  assert.deepEqual(served(machine), { 7: 1, 8: 1 });
});

test('two memories and one userfaultfd cannot be: something is hidden, so nothing is certain', () => {
  const machine = scan({
    held: [held(1, 3, 7), held(2, 5, 7)],
    processes: [proc(1, 1), proc(2, 1)],
  });
  assert.deepEqual(served(machine), { 7: [1, 2] });
});

test('nothing is registered yet: no target, no candidates', () => {
  assert.deepEqual(served(scan({ held: [held(1, 3, 7)], processes: [proc(1, 0)] })), { 7: [] });
});

test('processes that share one memory are one target', () => {
  const machine = scan({
    held: [held(1, 3, 7), held(2, 3, 7)],
    processes: [proc(1, 1), { ...proc(1, 1), pid: 2, memory: 1 }],
  });
  assert.deepEqual(served(machine), { 7: 1 });
});
