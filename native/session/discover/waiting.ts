/** Which userfaultfd a waiting thread waits for, where only one remains. */
import type { RawScan, RawWaiting } from '../../addon/observe.js';
import type { Served } from './memories.js';

export interface Attributed {
  readonly byIno: ReadonlyMap<number, readonly RawWaiting[]>;
  /** Threads that wait for one we cannot tell. */
  readonly unknown: readonly RawWaiting[];
}

const EVENTS = (1n << 1n) | (1n << 2n) | (1n << 3n) | (1n << 6n);

export function attributeWaiting(scan: RawScan, served: ReadonlyMap<number, Served>): Attributed {
  const byIno = new Map<number, RawWaiting[]>();
  const give = (ino: number, thread: RawWaiting): void => {
    const list = byIno.get(ino);
    if (list === undefined) byIno.set(ino, [thread]);
    else list.push(thread);
  };
  const open: RawWaiting[] = [];
  for (const thread of scan.waiting) {
    const able = likely(scan, served, thread).filter((ino) => couldHold(scan, ino, thread));
    if (able.length === 1) give(able[0]!, thread);
    else open.push(thread);
  }
  // Who has nothing registered touches another's memory (process_vm_readv, io_uring): certain where all counts stood
  // still and one of them alone is not explained by threads of its own.
  const still = scan.held.every(({ steady }) => steady);
  const unexplained = inosOf(scan).filter((ino) => faultsCounted(scan, ino) > faultsIn(byIno.get(ino)));
  const unknown = open.filter((thread) => {
    const foreign = thread.event === null && serversOf(scan, served, thread).length === 0;
    if (!foreign || !still || unexplained.length !== 1) return true;
    give(unexplained[0]!, thread);
    return false;
  });
  for (const list of byIno.values()) list.sort((a, b) => a.tid - b.tid);
  return { byIno, unknown };
}

function inosOf(scan: RawScan): number[] {
  return [...new Set(scan.held.map(({ ino }) => ino))];
}

/** Who unmaps all that was registered has no range left, and waits all the same: then it is one of its own. */
function likely(scan: RawScan, served: ReadonlyMap<number, Served>, thread: RawWaiting): number[] {
  const servers = serversOf(scan, served, thread);
  if (servers.length > 0 || thread.event === null) return servers;
  const free = scan.held.filter(({ pid, ino }) => pid === thread.pid && !served.get(ino)!.certain);
  return [...new Set(free.map(({ ino }) => ino))];
}

/** Userfaultfds that serve, or may serve, the memory of this thread's process. */
function serversOf(scan: RawScan, served: ReadonlyMap<number, Served>, { pid }: RawWaiting): number[] {
  return inosOf(scan).filter((ino) => {
    const one = served.get(ino)!;
    const memories = one.certain ? [one.memory] : one.candidates;
    return memories.some((memory) => memory.processes.some((process) => process.pid === pid));
  });
}

function couldHold(scan: RawScan, ino: number, thread: RawWaiting): boolean {
  const held = scan.held.find((one) => one.ino === ino)!;
  if (thread.event !== null) return (held.features & EVENTS) !== 0n;
  return !held.steady || held.total > 0;
}

function faultsCounted(scan: RawScan, ino: number): number {
  return scan.held.find((one) => one.ino === ino)!.total;
}

function faultsIn(threads: readonly RawWaiting[] = []): number {
  return threads.filter(({ event }) => event === null).length;
}
