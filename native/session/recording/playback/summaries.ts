/** What takes a look at many faults: done in slices, so that keys and frames come between. */
import { ACTIONS, KINDS } from '../../record-layout.js';
import type { Action, Counts, FaultKind, PageMap, Range } from '../../types.js';
import { code } from './fault-store.js';
import type { FileFaults } from './file-faults.js';
import { BUCKETS, bucketOf, quantiles } from './histogram.js';

/** Between two looks at the clock. */
const BITE = 4096;
const SLICE_MS = 8;
const RESOLVED = code('resolved');

/** Calls `look` for 0 to `count` - 1. */
async function slowly(count: number, look: (i: number) => void): Promise<void> {
  let since = performance.now();
  for (let i = 0; i < count; i++) {
    look(i);
    if (i % BITE !== 0 || performance.now() - since < SLICE_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  }
}

interface Group {
  readonly kind: FaultKind;
  readonly action: Action;
  count: number;
  max: number;
  readonly buckets: Uint32Array;
}

/** Of all faults read by the moment that is shown when it is called. */
export async function countsOf(faults: FileFaults, from: number, top: number): Promise<Counts> {
  const { store, visible, at } = faults;
  const { rows, changes } = store;
  const groups = new Map<number, Group>();
  const pages = new Map<number, { faults: number; row: number }>();
  await slowly(visible, (row) => {
    const page = pages.get(rows.page[row]!);
    if (page) page.faults++;
    else pages.set(rows.page[row]!, { faults: 1, row });
    if (store.ended[row]! > at) return;
    const change = store.lastChange(row, at);
    const action = ACTIONS[changes.action[change]!];
    if (changes.to[change] !== RESOLVED || !action) return;
    const kind = rows.kind[row]!;
    const key = kind * 16 + changes.action[change]!;
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { kind: KINDS[kind]!, action, count: 0, max: 0, buckets: new Uint32Array(BUCKETS) })); // prettier-ignore
    const latency = store.ended[row]! - rows.readAt[row]!;
    group.count++;
    group.max = Math.max(group.max, latency);
    group.buckets[bucketOf(latency)]!++;
  });
  const busiest = first(pages, top, ([a, x], [b, y]) => y.faults - x.faults || a - b);
  return {
    rate: visible / Math.max(1e-9, (at - from) / 1e9),
    races: 0,
    latencies: [...groups.values()].map(latenciesOf),
    pages: busiest.map(([page, { faults: n, row }]) => {
      const definition = faults.ranges.when(rows.range[row]!, rows.readAt[row]!);
      const range = definition ? `${definition.range.name}+0x${(page - definition.start).toString(16)}` : null;
      return { page: BigInt(page), range, faults: n };
    }),
  };
}

/** The first few in an order, of very many. */
function first<T>(all: Iterable<T>, count: number, compare: (a: T, b: T) => number): T[] {
  const found: T[] = [];
  for (const one of all) {
    if (found.length === count && (count === 0 || compare(one, found.at(-1)!) >= 0)) continue;
    const at = found.findIndex((other) => compare(one, other) < 0);
    found.splice(at < 0 ? found.length : at, 0, one);
    if (found.length > count) found.pop();
  }
  return found;
}

function latenciesOf({ kind, action, count, max, buckets }: Group): Counts['latencies'][number] {
  const [p50, p90, p99, p999] = quantiles([0.5, 0.9, 0.99, 0.999], count, (b) => buckets[b]!).map((ns) => Math.min(ns, max)) as [number, number, number, number]; // prettier-ignore
  return { kind, action, count, p50, p90, p99, p999, max };
}

const FILLS = new Set<Action>(['copy', 'zero', 'continue', 'unprotect']);

/** Pages that were answered, as far as the recording tells: what was there before it began is not known. */
export async function mapOf(faults: FileFaults, range: Range, wanted: number): Promise<PageMap> {
  const { store, visible, at } = faults;
  const { rows, changes } = store;
  const start = Number(range.start);
  const pages = Math.ceil((Number(range.end) - start) / range.pageSize);
  const cellPages = Math.ceil(pages / Math.max(1, Math.min(wanted, pages)));
  const cells = Array.from({ length: Math.ceil(pages / cellPages) }, (_, i) => ({
    ...{ pages: Math.min(cellPages, pages - i * cellPages), present: 0, wp: 0, poisoned: 0, swapped: 0, held: 0 },
  }));
  const cellOf = (row: number) => cells[Math.floor((rows.page[row]! - start) / range.pageSize / cellPages)];
  const own = faults.ranges.rowsOf(range.id, visible);
  const filled = new Map<number, 'present' | 'poisoned'>();
  await slowly(own.length, (i) => {
    const row = own[i]!;
    const cell = cellOf(row);
    if (cell === undefined) return;
    if (store.ended[row]! > at) {
      cell.held++;
      return;
    }
    const change = store.lastChange(row, at);
    const action = ACTIONS[changes.action[change]!];
    if (changes.to[change] !== RESOLVED || !action) return;
    const now = action === 'poison' ? 'poisoned' : FILLS.has(action) ? 'present' : null;
    const page = rows.page[row]!;
    const before = filled.get(page);
    if (now === null || now === before) return;
    if (before) cell[before]--;
    cell[now]++;
    filled.set(page, now);
  });
  let present = 0;
  for (const state of filled.values()) if (state === 'present') present++;
  return { rangeId: range.id, cellBytes: cellPages * range.pageSize, cells, resident: present / pages };
}
