/** Which faults are shown, in which order; with a million of them within a tenth of a second. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FaultColumns } from '../../../../native/session/types.js';
import { FaultView } from '../../../../ui/model/fault-view.js';
import { sortedOrder } from '../../../../ui/model/sort.js';
import { MemorySession } from '../../../tui/memory-session.js';

const NATURAL = { column: 'seq', reverse: false } as const;
const missing = (fault: FaultColumns): boolean => fault.kind === 'missing';

function shown(view: FaultView): number[] {
  return Array.from({ length: view.length }, (_, row) => view.seqAt(row)!);
}

test('without a filter: every fault, by number', () => {
  const { faults } = new MemorySession({ past: 5 });
  const view = new FaultView(faults);
  view.configure({ test: null, sort: NATURAL, until: null });
  assert.deepEqual(shown(view), [1, 2, 3, 4, 5]);
  assert.equal(view.seqAt(5), null);
  assert.equal(view.rowOf(3), 2);
});

test('new faults appear at the next refresh', () => {
  const session = new MemorySession({ past: 5 });
  const view = new FaultView(session.faults);
  view.configure({ test: null, sort: NATURAL, until: null });
  session.holdOne();
  assert.equal(view.length, 5);
  assert.ok(view.refresh(session.snapshot().faultsVersion));
  assert.equal(view.length, 6);
  assert.ok(!view.refresh(session.snapshot().faultsVersion), 'nothing new, nothing to draw');
});

test('a filter, and faults that come after it', () => {
  const session = new MemorySession({ past: 50 });
  const view = new FaultView(session.faults);
  view.configure({ test: missing, sort: NATURAL, until: null });
  const before = view.length;
  assert.deepEqual(shown(view), session.faults.select(missing));
  for (let i = 0; i < 9; i++) session.holdOne();
  view.refresh(session.snapshot().faultsVersion);
  assert.ok(view.length > before);
  assert.deepEqual(shown(view), session.faults.select(missing));
});

test('a fault that is not shown: the next one that is', () => {
  const session = new MemorySession({ past: 50 });
  const view = new FaultView(session.faults);
  view.configure({ test: (fault) => fault.seq % 10 === 0, sort: NATURAL, until: null });
  assert.deepEqual(shown(view), [10, 20, 30, 40, 50]);
  assert.equal(view.rowOf(21), 2);
  assert.ok(view.shows(20) && !view.shows(21));
});

test('sorted by latency, both ways, and found again', () => {
  const session = new MemorySession({ past: 200 });
  const view = new FaultView(session.faults);
  view.configure({ test: null, sort: { column: 'lat', reverse: false }, until: null });
  const latencies = shown(view).map((seq) => session.faults.row(seq)!.latency!);
  assert.deepEqual(
    latencies,
    latencies.toSorted((a, b) => a - b),
  );
  const first = view.seqAt(0)!;
  assert.equal(view.rowOf(first), 0);
  view.configure({ test: null, sort: { column: 'lat', reverse: true }, until: null });
  assert.equal(view.rowOf(first), 199);
});

test('a frozen view takes nothing in', () => {
  const session = new MemorySession({ past: 5 });
  const view = new FaultView(session.faults);
  view.configure({ test: null, sort: NATURAL, until: 5 });
  session.holdOne();
  view.refresh(session.snapshot().faultsVersion);
  assert.equal(view.length, 5);
});

test('the log overwrites its oldest: the view begins later', () => {
  const session = new MemorySession({ past: 1000 });
  const view = new FaultView(session.faults);
  view.configure({ test: null, sort: NATURAL, until: null });
  for (let i = 0; i < session.faults.capacity; i++) session.holdOne();
  view.refresh(session.snapshot().faultsVersion);
  assert.equal(view.length, session.faults.capacity);
  assert.equal(view.seqAt(0), 1001);
});

test('the radix sort orders as comparing does, and is stable', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true })), (values) => {
      const keys = Float64Array.from(values, (value) => (Object.is(value, -0) ? 0 : value));
      const expected = values.map((_, i) => i).toSorted((a, b) => keys[a]! - keys[b]! || a - b);
      assert.deepEqual([...sortedOrder(keys)], expected);
    }),
  );
});

test('a million faults: top, bottom and a filter', (t) => {
  const { faults } = new MemorySession({ past: 1_000_000 });
  const view = new FaultView(faults);
  const timed = (what: string, work: () => void): number => {
    const started = performance.now();
    work();
    const ms = performance.now() - started;
    t.diagnostic(`${what}: ${ms.toFixed(1)} ms`);
    return ms;
  };
  view.configure({ test: null, sort: NATURAL, until: null });
  // Nothing is indexed, so these do not even depend on how many there are.
  assert.ok(timed('bottom', () => assert.equal(view.seqAt(view.length - 1), 1_000_000)) < 50);
  assert.ok(timed('top', () => assert.equal(view.seqAt(0), 1)) < 50);
  timed('filter', () => view.configure({ test: missing, sort: NATURAL, until: null }));
  assert.ok(view.length > 500_000);
});
