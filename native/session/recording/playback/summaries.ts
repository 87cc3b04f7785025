/** What a recording counts: looked at in slices, so that keys and frames come between. */
import { ACTIONS, KINDS } from '../../record-layout.js';
import type { Action, Counts, FaultKind } from '../../types.js';
import { code, type FaultStore } from './fault-store.js';
import type { FileFaults } from './file-faults.js';
import { BUCKETS, bucketOf, quantiles } from './histogram.js';

/** Between two looks at the clock. */
const BITE = 4096;
const SLICE_MS = 8;
const RESOLVED = code('resolved');

/** Calls `look` for 0 to `count` - 1, a few milliseconds at a time. */
export async function slowly(count: number, look: (i: number) => void): Promise<void> {
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
  const busiest = new Busiest(store, top);
  await slowly(visible, (row) => {
    busiest.take(row);
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
  return {
    rate: visible / Math.max(1e-9, (at - from) / 1e9),
    races: 0,
    latencies: [...groups.values()].map(latenciesOf),
    pages: busiest.rows.map((row) => {
      const page = rows.page[row]!;
      const definition = faults.ranges.when(rows.range[row]!, rows.readAt[row]!);
      const range = definition ? `${definition.range.name}+0x${(page - definition.start).toString(16)}` : null;
      return { page: BigInt(page), range, faults: rows.hits[row]! };
    }),
  };
}

/** The few pages that had faulted most: each fault says how often its page had, so none has to be counted. */
class Busiest {
  /** Of each page its last; most faults first, then by address. */
  readonly rows: number[] = [];
  constructor(
    readonly store: FaultStore,
    readonly top: number,
  ) {}

  take(row: number): void {
    const { hits, page } = this.store.rows;
    const { rows, top } = this;
    const before = (a: number, b: number): boolean => hits[a] !== hits[b] ? hits[a]! > hits[b]! : page[a]! < page[b]!; // prettier-ignore
    const last = rows.at(-1);
    if (rows.length >= top && (last === undefined || !before(row, last))) return;
    const same = rows.findIndex((other) => page[other] === page[row]);
    if (same >= 0) rows.splice(same, 1);
    const at = rows.findIndex((other) => before(row, other));
    rows.splice(at < 0 ? rows.length : at, 0, row);
    if (rows.length > top) rows.pop();
  }
}

function latenciesOf({ kind, action, count, max, buckets }: Group): Counts['latencies'][number] {
  const [p50, p90, p99, p999] = quantiles([0.5, 0.9, 0.99, 0.999], count, (b) => buckets[b]!).map((ns) => Math.min(ns, max)) as [number, number, number, number]; // prettier-ignore
  return { kind, action, count, p50, p90, p99, p999, max };
}
