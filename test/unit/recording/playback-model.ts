/** Recordings made at random, and what they must show at a moment: told again from how they were made, fault by fault. */
import { block, description, faultRecord, fileHeader, item, logRecord, rangeRecord } from '../../fixtures/recording.js';
import { ACTIONS, BYS, STATES } from '../../../native/session/record-layout.js';
import type { Action, FaultState } from '../../../native/session/types.js';

/** In the file's header: times count from here. */
export const BEGAN = 1_000_000;
export const PAGE = 4096;
const START = 0x7f00_0000_0000;
const RANGE_PAGES = 64;

interface Change {
  readonly t: number;
  readonly to: FaultState;
  readonly action: Action | null;
  readonly by: string | null;
  readonly err: number;
}
export interface MadeFault {
  readonly seq: number;
  readonly readAt: number;
  readonly page: number;
  /** How often its page had faulted, with it. */
  readonly hits: number;
  readonly range: number;
  readonly tid: number;
  readonly begins: FaultState;
  readonly changes: readonly Change[];
}
export interface Made {
  readonly faults: readonly MadeFault[];
  readonly ranges: readonly { readonly id: number; readonly t: number; readonly gone: number }[];
  readonly forks: readonly number[];
  readonly bytes: Buffer;
  readonly end: number;
}

/** mulberry32. */
export function generator(seed: number): (below: number) => number {
  let a = seed;
  return (below) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

/** Of any number of them. */
export const latest = (times: readonly number[]): number => times.reduce((a, b) => Math.max(a, b), 0);

export function make(seed: number, count: number): Made {
  const random = generator(seed);
  const faults: MadeFault[] = [];
  const forks: number[] = [];
  const pageHits = new Map<number, number>();
  const ranges = [1, 2, 3].map((id) => ({ id, t: id === 3 ? 40_000 : 0, gone: id === 2 ? count * 400 : Infinity }));
  let t = 1000;
  let seq = 0;
  for (let i = 0; i < count; i++) {
    t += random(10) === 0 ? 0 : random(1000);
    seq += random(50) === 0 ? 3 : 1; // some were lost
    const range = 1 + random(3);
    const page = START + range * 2 ** 30 + random(RANGE_PAGES) * PAGE;
    const hits = (pageHits.get(page) ?? 0) + 1;
    pageHits.set(page, hits);
    faults.push({ seq, readAt: t, page, hits, range, tid: 5 + random(4), ...fate(random, t) });
    if (random(20) === 0) forks.push(t);
  }
  const end = latest([...faults.flatMap((f) => [f.readAt, ...f.changes.map((c) => c.t)]), ...forks]);
  return { faults, ranges, forks, bytes: written(faults, ranges, forks), end };
}

function fate(random: (below: number) => number, readAt: number): Pick<MadeFault, 'begins' | 'changes'> {
  const late = (from: number): number => from + random(5000);
  const resolved = (t: number, by = 'default'): Change => ({ t, to: 'resolved', action: 'zero', by, err: 0 });
  const gone = (t: number): Change => ({ t, to: 'gone', action: 'wake', by: 'keeper', err: 0 });
  const failed = (t: number): Change => ({ t, to: 'failed', action: 'copy', by: 'operator', err: 14 });
  const first = late(readAt);
  switch (random(6)) {
    case 0:
      return { begins: 'held', changes: [] }; // for ever
    case 1:
      return { begins: 'held', changes: [resolved(first, 'operator')] };
    case 2: {
      const delayed: Change = { t: first, to: 'delayed', action: null, by: 'rule:2', err: 0 };
      return { begins: 'held', changes: [delayed, resolved(late(first), 'rule:2')] };
    }
    case 3:
      return { begins: 'held', changes: [failed(first), gone(late(first))] };
    default:
      return { begins: 'read', changes: [resolved(first)] };
  }
}

function written(faults: readonly MadeFault[], ranges: Made['ranges'], forks: readonly number[]): Buffer {
  const items: { readonly t: number; readonly bytes: Buffer }[] = [];
  let index = 0;
  for (const f of faults) {
    const atOnce = f.begins === 'read';
    const [only] = f.changes;
    const record = faultRecord(f.seq, (b) => {
      b.writeBigUInt64LE(BigInt(BEGAN + f.readAt), 8);
      b.writeBigUInt64LE(BigInt(atOnce ? BEGAN + only!.t : 0), 16);
      b.writeBigUInt64LE(BigInt(f.page + 8), 32);
      b.writeBigUInt64LE(BigInt(f.page), 40);
      b.writeUInt32LE(f.tid, 60);
      b.writeUInt32LE(f.range, 64);
      b.writeUInt32LE(f.hits, 68);
      b[85] = STATES.indexOf(atOnce ? 'resolved' : 'held');
      b[86] = atOnce ? ACTIONS.indexOf('zero') : 0;
      b[87] = atOnce ? BYS.indexOf('default') : 0;
    });
    items.push({ t: f.readAt, bytes: item(atOnce ? 1 : 2, record) });
    for (const c of atOnce ? [] : f.changes) items.push({ t: c.t, bytes: item(3, entry(++index, f, c)) });
  }
  for (const t of forks) items.push({ t, bytes: item(3, logRecord(++index, { t: BEGAN + t, type: 16, b: 77 })) });
  for (const { id, t, gone } of ranges) {
    const bytes = RANGE_PAGES * PAGE;
    items.push({ t, bytes: item(5, rangeRecord(BEGAN + t, id, START + id * 2 ** 30, bytes, `heap[${id}]`)) });
    const left = Buffer.alloc(16);
    if (gone === Infinity) continue;
    left.writeBigUInt64LE(BigInt(BEGAN + gone), 0);
    left.writeUInt32LE(id, 8);
    items.push({ t: gone, bytes: item(6, left) });
  }
  const inOrder = items.toSorted((a, b) => a.t - b.t).map(({ bytes }) => bytes);
  const blocks: Buffer[] = [];
  for (let at = 0; at < inOrder.length; at += 500) blocks.push(block(2, Buffer.concat(inOrder.slice(at, at + 500))));
  return Buffer.concat([fileHeader(), description(), ...blocks]);
}

function entry(index: number, f: MadeFault, c: Change): Buffer {
  const [by = '', id = '0'] = c.by?.split(':') ?? [];
  const who = { seq: f.seq, by: BYS.indexOf(by), byId: Number(id) };
  const t = BEGAN + c.t;
  if (c.to === 'delayed') return logRecord(index, { ...who, t, type: 4, a: 2 });
  return logRecord(index, {
    ...who, t, type: 2, a: 0, b: BEGAN + f.readAt, c: t, err: c.err, action: ACTIONS.indexOf(c.action),
  }); // prettier-ignore
}

/** A fault as it stood at `t`, or null: not read yet. */
export function stood(f: MadeFault, t: number) {
  if (f.readAt > t) return null;
  const last = f.changes.findLast((c) => c.t <= t);
  const state = last?.to ?? f.begins;
  const over = state === 'resolved' || state === 'gone';
  return {
    seq: f.seq,
    state,
    action: last?.action ?? null,
    by: last?.by ?? null,
    errno: last?.err || null,
    latency: over ? last!.t - f.readAt : null,
    age: (over ? last!.t : t) - f.readAt,
    rangeOffset: `heap[${f.range}]+0x${(f.page % 2 ** 30).toString(16)}`,
  };
}
