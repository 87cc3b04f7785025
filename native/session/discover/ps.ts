/** `ps`: every userfaultfd that can be seen, as the document of docs/reference/json.md. Looks only. */
import { addon } from '../../addon/load.js';
import type { ObserveAddon, RawHeld, RawRange, RawScan, RawWaiting } from '../../addon/observe.js';
import type { Access, Holder, Process, RangeMode } from '../types.js';
import { featureNames } from './features.js';
import { limitsOf } from './limits.js';
import { servedMemories, type Memory, type Served } from './memories.js';
import { attributeWaiting, type Attributed } from './waiting.js';

export interface PsRange {
  readonly pid: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly modes: readonly RangeMode[];
  /** What /proc/PID/maps calls it; `[anon]` where it has no name. Raw. */
  readonly name: string;
}

export type WaitingKind = 'missing' | 'wp' | 'minor' | 'fork' | 'remap' | 'remove' | 'unmap';

export interface PsWaiting {
  readonly pid: number;
  readonly tid: number;
  readonly comm: string;
  readonly state: 'unread' | 'read' | 'event' | null;
  readonly kind: WaitingKind | null;
  readonly access: Access | null;
  readonly address: bigint | null;
  readonly from: 'user' | 'kernel' | null;
}

export interface PsUffd {
  readonly ino: number;
  readonly holders: readonly Holder[];
  /** Empty where it is not certain, or where nothing is registered with it yet. */
  readonly targets: readonly Process[];
  readonly initialized: boolean;
  readonly features: readonly string[];
  /** The kernel does not show it. */
  readonly userModeOnly: boolean | null;
  readonly pending: number;
  readonly total: number;
  /** null: it serves a memory together with others, and which range is whose cannot be seen. */
  readonly ranges: readonly PsRange[] | null;
  readonly waiting: readonly PsWaiting[];
}

export interface PsDocument {
  readonly userfaultfds: readonly PsUffd[];
  readonly limits: readonly string[];
}

export async function listUserfaultfds(): Promise<PsDocument> {
  return describeScan(await addon<ObserveAddon>().scan());
}

/** The pure half: what a scan says. */
export function describeScan(scan: RawScan): PsDocument {
  const served = servedMemories(scan);
  const attributed = attributeWaiting(scan, served);
  const inos = [...new Set(scan.held.map(({ ino }) => ino))];
  const userfaultfds = inos.map((ino) => describeUffd(scan, ino, served, attributed));
  return { userfaultfds, limits: limitsOf(scan, served, attributed) };
}

function describeUffd(scan: RawScan, ino: number, served: ReadonlyMap<number, Served>, attributed: Attributed): PsUffd {
  const held = scan.held.filter((one) => one.ino === ino);
  const first = held[0]!;
  const memory = certainMemory(served.get(ino));
  const shared = memory !== null && [...served.values()].filter((other) => certainMemory(other) === memory).length > 1;
  const ranges = memory === null ? [] : shared ? null : memory.processes[0]!.ranges.map(describeRange(memory.id));
  return {
    ino,
    holders: held.map(({ pid, fd, nonblocking }) => ({ pid, comm: commOf(scan, pid), fd, nonblocking })),
    targets: memory === null ? [] : memory.processes.map(({ pid, comm }) => ({ pid, comm })),
    initialized: first.initialized,
    features: featureNames(first.features),
    userModeOnly: null,
    pending: first.pending,
    total: first.total,
    ranges,
    waiting: describeWaiting(held, ranges, attributed.byIno.get(ino) ?? []),
  };
}

export function certainMemory(served: Served | undefined): Memory | null {
  return served?.certain === true ? served.memory : null;
}

export function commOf(scan: RawScan, pid: number): string {
  return scan.processes.find((process) => process.pid === pid)?.comm ?? '';
}

export function modesOf(bits: number): RangeMode[] {
  const modes: RangeMode[] = [];
  if (bits & 1) modes.push('missing');
  if (bits & 2) modes.push('wp');
  if (bits & 4) modes.push('minor');
  return modes;
}

function describeRange(pid: number): (range: RawRange) => PsRange {
  return ({ start, end, modes, path }) => ({ pid, start, end, modes: modesOf(modes), name: path || '[anon]' });
}

function describeWaiting(
  held: readonly RawHeld[],
  ranges: readonly PsRange[] | null,
  threads: readonly RawWaiting[],
): PsWaiting[] {
  const faults = threads.filter(({ event }) => event === null).length;
  const { pending, total } = held[0]!;
  // The counts tell of all faults, not of each: certain only where all are alike and all were found.
  const whole = held.every(({ steady }) => steady) && total === faults;
  const state = whole && pending === total ? 'unread' : whole && pending === 0 ? 'read' : null;
  // Registered for one thing only: nothing else can have stopped the thread.
  const modes = new Set(ranges?.flatMap((range) => range.modes));
  const kind = modes.size === 1 ? [...modes][0]! : null;
  return threads.map(({ pid, tid, comm, event, fromUser }) => ({
    pid,
    tid,
    comm,
    state: event === null ? state : 'event',
    kind: event === null ? kind : event === 'unknown' ? null : event,
    access: null,
    address: null,
    from: fromUser === null ? null : fromUser ? 'user' : 'kernel',
  }));
}
