/** From what a person typed to the one userfaultfd that is meant, or the reason why not. Touches nothing. */
import { addon } from '../../addon/load.js';
import type { ObserveAddon, RawHeld, RawRow, RawScan } from '../../addon/observe.js';
import { UffdscopeError } from '../errors.js';
import type { Process, Uffd } from '../types.js';
import { featureNames } from './features.js';
import { memoriesOf, servedMemories, type Memory, type Served } from './memories.js';
import { KEEPER_COMM, nameProcess, noSuchProcess, refusal, type OurProcesses } from './refuse.js';

/** @throws UffdscopeError USAGE. The largest pid is 2^22 (PID_MAX_LIMIT). */
export function parsePid(text: string, what = 'pid'): number {
  const pid = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (pid >= 1 && pid <= 2 ** 22) return pid;
  throw new UffdscopeError(
    'USAGE',
    `${JSON.stringify(text)} is no ${what}: a number from 1 to ${2 ** 22} is meant.`,
    'List what there is: uffdscope ps',
  );
}

export interface Target extends Process {
  readonly cmdline: string;
}

/** A process that we may take part in. @throws UffdscopeError, a different one for each reason against it. */
export async function inspectTarget(pid: number): Promise<Target> {
  const row = await addon<ObserveAddon>().lookAt(pid);
  if (row === null) throw noSuchProcess(pid);
  const against = refusal(row, await ourProcesses());
  if (against !== null) throw against.error;
  return { pid, comm: row.comm, cmdline: row.cmdline };
}

/** This process and all it descends from. */
export async function ourProcesses(): Promise<OurProcesses> {
  const ancestors = new Set<number>();
  for (let pid = process.ppid; pid > 0 && !ancestors.has(pid);) {
    ancestors.add(pid);
    const row: RawRow | null = await addon<ObserveAddon>().lookAt(pid);
    pid = row?.ppid ?? 0;
  }
  return { self: process.pid, ancestors };
}

export interface UffdChoice {
  /** Whose memory it serves. */
  readonly target: Target;
  /** In whom we fetch the descriptor, and its number there. */
  readonly holder: Process;
  readonly fd: number;
  readonly uffd: Uffd;
  /** Threads seen waiting for its messages, in all holders: a glance, not a proof. */
  readonly readers: number;
}

export interface UffdWish {
  readonly pid: number;
  readonly uffd?: { readonly ino: number } | { readonly fd: number };
  readonly via?: number;
}

/** @throws UffdscopeError: all of `inspectTarget`, NO_UFFD, SEVERAL_UFFDS, NO_SUCH_UFFD. */
export async function chooseUffd(wish: UffdWish): Promise<UffdChoice> {
  const asked = await inspectTarget(wish.pid);
  const via = wish.via === undefined ? [] : [await inspectTarget(wish.via)];
  const scan = await addon<ObserveAddon>().scan(true);
  const served = servedMemories(scan);
  const held = chooseHeld(scan, served, wish, [asked, ...via]);
  const targetPid = targetOf(scan, served.get(held.ino), wish);
  const target = targetPid === wish.pid ? asked : await inspectTarget(targetPid);
  if (held.pid !== wish.pid && held.pid !== wish.via) await inspectTarget(held.pid);
  return {
    target,
    holder: { pid: held.pid, comm: commIn(scan, held.pid) },
    fd: held.fd,
    uffd: {
      ino: held.ino,
      fd: held.fd,
      features: featureNames(held.features),
      nonblocking: held.nonblocking,
      initialized: held.initialized,
    },
    readers: readersOf(scan, held.ino),
  };
}

/** The pure half: one descriptor of one userfaultfd. */
export function chooseHeld(
  scan: RawScan,
  served: ReadonlyMap<number, Served>,
  wish: UffdWish,
  asked: readonly Process[] = [],
): RawHeld {
  const holder = wish.via ?? wish.pid;
  const inHand = scan.held.filter((held) => held.pid === holder);
  const forIt = wish.via === undefined ? scan.held.filter((held) => serves(served.get(held.ino), wish.pid)) : [];
  const named = narrow([...inHand, ...forIt], wish, holder);
  const inos = [...new Set(named.map(({ ino }) => ino))];
  if (inos.length === 0) throw nothingThere(scan, wish, asked, inHand.length + forIt.length);
  if (inos.length > 1) throw severalThere(scan, named, wish, asked);
  // Its owner first; another uffdscope's keeper never: that one is busy with it.
  const own = named.find(({ pid }) => pid === holder);
  return own ?? named.find(({ pid }) => commIn(scan, pid) !== KEEPER_COMM) ?? named[0]!;
}

function narrow(held: readonly RawHeld[], { uffd }: UffdWish, holder: number): RawHeld[] {
  if (uffd === undefined) return [...held];
  if ('ino' in uffd) return held.filter(({ ino }) => ino === uffd.ino);
  return held.filter(({ pid, fd }) => pid === holder && fd === uffd.fd);
}

function serves(served: Served | undefined, pid: number): boolean {
  if (served === undefined) return false;
  const memories = served.certain ? [served.memory] : served.candidates;
  return memories.some((memory) => has(memory, pid));
}

function has(memory: Memory, pid: number): boolean {
  return memory.processes.some((process) => process.pid === pid);
}

/** Whoever is asked for may be the handler and not the target. */
function targetOf(scan: RawScan, served: Served | undefined, wish: UffdWish): number {
  if (served === undefined || memoriesOf(scan).some((memory) => has(memory, wish.pid))) return wish.pid;
  const memories = served.certain ? [served.memory] : served.candidates;
  return memories.length === 1 ? memories[0]!.processes[0]!.pid : wish.pid;
}

function nothingThere(scan: RawScan, wish: UffdWish, asked: readonly Process[], others: number): UffdscopeError {
  const name = nameOf(wish.via ?? wish.pid, asked);
  if (others > 0) {
    const which =
      wish.uffd === undefined ? '' : 'ino' in wish.uffd ? `uffd ${wish.uffd.ino}` : `descriptor ${wish.uffd.fd}`;
    return new UffdscopeError(
      'NO_SUCH_UFFD',
      `Process ${name} has userfaultfds, but ${which} is none of them.`,
      `There are ${list(
        scan,
        scan.held.filter(({ pid }) => pid === (wish.via ?? wish.pid)),
      )}.`,
    );
  }
  const registered = memoriesOf(scan).some((memory) => has(memory, wish.pid));
  if (!registered) {
    return new UffdscopeError('NO_UFFD', `Process ${name} has no userfaultfd.`, 'List those that have: uffdscope ps');
  }
  const holders = [...new Set(scan.held.map(({ pid }) => pid))];
  return new UffdscopeError(
    'NO_UFFD',
    `Memory of process ${name} is registered with a userfaultfd, but the process does not hold it.`,
    holders.length === 0
      ? 'No holder can be seen: run it as root, or on the host of the container.'
      : `Name its holder with --via PID; holders seen: ${holders.map((pid) => nameProcess({ pid, comm: commIn(scan, pid) })).join(', ')}.`,
  );
}

function severalThere(
  scan: RawScan,
  held: readonly RawHeld[],
  wish: UffdWish,
  asked: readonly Process[],
): UffdscopeError {
  const name = nameOf(wish.via ?? wish.pid, asked);
  return new UffdscopeError(
    'SEVERAL_UFFDS',
    `Process ${name} has several userfaultfds: ${list(scan, held)}.`,
    'Name one with --uffd INO or --fd N.',
  );
}

function nameOf(pid: number, asked: readonly Process[]): string {
  const found = asked.find((process) => process.pid === pid);
  return found === undefined ? String(pid) : nameProcess(found);
}

/** `uffd 87723 (fd 7, 1 unread of 3 waiting), uffd …` */
function list(scan: RawScan, held: readonly RawHeld[]): string {
  const first = new Map(held.toReversed().map((one) => [one.ino, one]));
  return [...first.values()]
    .toReversed()
    .map(({ ino, pid, fd, pending, total }) => {
      const where = held.every((one) => one.pid === held[0]!.pid)
        ? ''
        : ` of ${nameProcess({ pid, comm: commIn(scan, pid) })}`;
      return `uffd ${ino} (fd ${fd}${where}, ${total === 0 ? 'no fault waits' : `${pending} unread of ${total} waiting`})`;
    })
    .join(', ');
}

function readersOf(scan: RawScan, ino: number): number {
  return scan.reading.filter(({ pid, fd }) =>
    scan.held.some((one) => one.ino === ino && one.pid === pid && one.fd === fd),
  ).length;
}

function commIn(scan: RawScan, pid: number): string {
  return scan.processes.find((process) => process.pid === pid)?.comm ?? '';
}
