/** Which memory a userfaultfd serves, as far as that follows from who holds it and whose memory is registered. */
import type { RawProcess, RawScan } from '../../addon/observe.js';

/** Processes that share one address space with registered ranges in it. */
export interface Memory {
  /** The lowest pid of its processes. */
  readonly id: number;
  readonly processes: readonly RawProcess[];
}

/** `certain`: the memory. Else the memories it could be; none: it has no range anywhere that we can see. */
export type Served =
  | { readonly certain: true; readonly memory: Memory }
  | { readonly certain: false; readonly candidates: readonly Memory[] };

export function memoriesOf(scan: RawScan): Memory[] {
  const byId = new Map<number, RawProcess[]>();
  for (const process of scan.processes) {
    if (process.ranges.length === 0) continue;
    const group = byId.get(process.memory);
    if (group === undefined) byId.set(process.memory, [process]);
    else group.push(process);
  }
  return [...byId].map(([id, processes]) => ({ id, processes }));
}

/** Userfaultfds tied together by processes that hold more than one of them. */
interface Family {
  readonly inos: Set<number>;
  readonly pids: Set<number>;
}

const EVENT_FORK = 1n << 1n;

/**
 * By userfaultfd. The kernel does not tell whose memory one serves (without BPF), so this reasons, and stops where
 * two answers remain:
 * - every registered memory has a userfaultfd, and each of these serves one memory only;
 * - its maker had it before any child of that process, so one that a child shares with its parent is not the child's;
 * - EVENT_FORK makes new ones for children, held by whoever read the message.
 */
export function servedMemories(scan: RawScan): Map<number, Served> {
  const memories = memoriesOf(scan);
  const own = new Map<number, Memory[]>();
  for (const { ino } of scan.held) if (!own.has(ino)) own.set(ino, ownMemories(scan, memories, ino));
  const owned = new Set([...own.values()].flat());
  const orphans = memories.filter((memory) => !owned.has(memory));
  const result = new Map<number, Served>();
  const families = familiesOf(scan);
  const spare = families.filter((family) => hasSpare(family, own));
  for (const family of families) {
    // Memory that no holder owns belongs to a spare uffd: certain only when all holders are visible to us.
    const foreign = spare.includes(family) ? orphans : [];
    const sure = scan.refused === 0 && spare.length === 1;
    for (const [ino, served] of settle(scan, family, own, foreign, sure)) result.set(ino, served);
  }
  return result;
}

/** Memories of its holders, except of those that have it by fork. */
function ownMemories(scan: RawScan, memories: readonly Memory[], ino: number): Memory[] {
  const holders = new Map(scan.held.filter((held) => held.ino === ino).map((held) => [held.pid, held.fd]));
  return memories.filter((memory) =>
    memory.processes.some(({ pid }) => holders.has(pid) && !inherited(scan, memory, holders, pid)),
  );
}

function inherited(scan: RawScan, memory: Memory, holders: ReadonlyMap<number, number>, pid: number): boolean {
  const parents = new Map(scan.processes.map((process) => [process.pid, process.ppid]));
  const seen = new Set([pid]);
  for (let at = parents.get(pid); at !== undefined && !seen.has(at); at = parents.get(at)) {
    seen.add(at);
    const shares = memory.processes.some((process) => process.pid === at);
    if (!shares && holders.get(at) === holders.get(pid)) return true;
  }
  return false;
}

function familiesOf(scan: RawScan): Family[] {
  let families: Family[] = [];
  for (const { ino, pid } of scan.held) {
    const touched = families.filter((family) => family.inos.has(ino) || family.pids.has(pid));
    const merged: Family = { inos: new Set([ino]), pids: new Set([pid]) };
    for (const family of touched) {
      for (const other of family.inos) merged.inos.add(other);
      for (const other of family.pids) merged.pids.add(other);
    }
    families = [...families.filter((family) => !touched.includes(family)), merged];
  }
  return families;
}

function memoriesIn(family: Family, own: ReadonlyMap<number, readonly Memory[]>): Memory[] {
  return [...new Set([...family.inos].flatMap((ino) => own.get(ino) ?? []))];
}

function hasSpare(family: Family, own: ReadonlyMap<number, readonly Memory[]>): boolean {
  return family.inos.size > memoriesIn(family, own).length;
}

function settle(
  scan: RawScan,
  family: Family,
  own: ReadonlyMap<number, readonly Memory[]>,
  foreign: readonly Memory[],
  sure: boolean,
): Map<number, Served> {
  const inos = [...family.inos].toSorted((a, b) => a - b);
  const mine = memoriesIn(family, own);
  const forks = scan.held.some((held) => family.inos.has(held.ino) && (held.features & EVENT_FORK) !== 0n);
  const single = (ino: number): Memory | undefined => (own.get(ino)!.length === 1 ? own.get(ino)![0] : undefined);
  const distinct = inos.every((ino) => single(ino) !== undefined) && mine.length === inos.length;
  // One process with several of its own, and no child can have brought one in.
  const oneMaker =
    mine.length === 1 && !forks && inos.every((ino) => single(ino) !== undefined) && foreign.length === 0;
  if (distinct || oneMaker) return new Map(inos.map((ino) => [ino, { certain: true, memory: single(ino)! }]));
  return exclude(scan, inos, [...mine, ...foreign], foreign, sure);
}

/** What remains when each memory that only one userfaultfd can serve has got that one. */
function exclude(
  scan: RawScan,
  inos: readonly number[],
  memories: readonly Memory[],
  foreign: readonly Memory[],
  sure: boolean,
): Map<number, Served> {
  const possible = new Map(
    inos.map((ino) => [ino, new Set(memories.filter((memory) => !isInherited(scan, memory, ino)))]),
  );
  const fixed = new Map<number, Memory>();
  for (let progress = true; progress;) {
    progress = false;
    for (const memory of memories) {
      if ([...fixed.values()].includes(memory) || (foreign.includes(memory) && !sure)) continue;
      const servers = inos.filter((ino) => !fixed.has(ino) && possible.get(ino)!.has(memory));
      if (servers.length !== 1) continue;
      fixed.set(servers[0]!, memory);
      progress = true;
    }
  }
  // A memory that nobody is left for: something is hidden from us, and the rest was no proof.
  const served = new Set(fixed.values());
  const left = memories.filter((memory) => !served.has(memory) && (sure || !foreign.includes(memory)));
  const contradiction = left.some((memory) => !inos.some((ino) => !fixed.has(ino) && possible.get(ino)!.has(memory)));
  return new Map(
    inos.map((ino): [number, Served] => {
      const memory = contradiction ? undefined : fixed.get(ino);
      if (memory !== undefined) return [ino, { certain: true, memory }];
      return [ino, { certain: false, candidates: [...possible.get(ino)!] }];
    }),
  );
}

function isInherited(scan: RawScan, memory: Memory, ino: number): boolean {
  const holders = new Map(scan.held.filter((held) => held.ino === ino).map((held) => [held.pid, held.fd]));
  const holding = memory.processes.filter(({ pid }) => holders.has(pid));
  return holding.length > 0 && holding.every(({ pid }) => inherited(scan, memory, holders, pid));
}
