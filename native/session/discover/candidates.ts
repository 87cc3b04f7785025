/** The picker's rows: every process, those with userfaultfds first, and what would happen to each. */
import { addon } from '../../addon/load.js';
import type { ObserveAddon, RawRow, RawScan } from '../../addon/observe.js';
import { servedMemories, type Served } from './memories.js';
import { ourProcesses } from './target.js';
import { refusal, type OurProcesses } from './refuse.js';

export interface CandidateUffd {
  readonly ino: number;
  /** Its number in this process; null where only others hold it for this process. */
  readonly fd: number | null;
  readonly holders: readonly number[];
  readonly pending: number;
  readonly total: number;
}

/**
 * A glance, not a proof (the keeper looks exactly before it freezes anything). living: a thread was seen waiting for
 * messages. unseen: none was, but threads run that could. none: every thread of every holder waits for a page itself.
 */
export type HandlerGlance = 'living' | 'unseen' | 'none';

/** What choosing this row would do; `brief` is for a list, `why` one sentence. */
export type Would =
  | { readonly do: 'join'; readonly handler: HandlerGlance }
  | { readonly do: 'nothing'; readonly brief: string; readonly why: string };

export interface Candidate {
  readonly pid: number;
  readonly ppid: number;
  readonly uid: number;
  /** Raw; only through safeText to a screen. */
  readonly comm: string;
  readonly cmdline: string;
  readonly state: string;
  readonly threads: number;
  readonly uffds: readonly CandidateUffd[];
  /** Threads of it that wait for a page or for an event to be read. */
  readonly waiting: number;
  readonly ranges: number;
  readonly registeredBytes: number;
  readonly would: Would;
}

export interface CandidateList {
  /** By waiting threads, then by userfaultfds; kernel threads last; else by pid. */
  readonly rows: readonly Candidate[];
  /** Processes whose descriptors we may not see. */
  readonly hidden: number;
}

export async function listCandidates(): Promise<CandidateList> {
  const native = addon<ObserveAddon>();
  const [scan, rows, ours] = await Promise.all([native.scan(), native.listProcesses(), ourProcesses()]);
  return { rows: describeCandidates(scan, rows, ours), hidden: scan.refused };
}

/** The pure half. */
export function describeCandidates(scan: RawScan, rows: readonly RawRow[], ours: OurProcesses): Candidate[] {
  const served = servedMemories(scan);
  const waiting = new Map<number, number>();
  for (const { pid } of scan.waiting) waiting.set(pid, (waiting.get(pid) ?? 0) + 1);
  return rows
    .map((row) => describeRow(scan, served, row, ours, waiting.get(row.pid) ?? 0))
    .toSorted((a, b) => b.waiting - a.waiting || b.uffds.length - a.uffds.length || rank(a) - rank(b) || a.pid - b.pid);
}

function rank({ cmdline, state }: Candidate): number {
  return cmdline === '' && state !== 'Z' ? 1 : 0;
}

function describeRow(
  scan: RawScan,
  served: ReadonlyMap<number, Served>,
  row: RawRow,
  ours: OurProcesses,
  waiting: number,
): Candidate {
  const uffds = uffdsOf(scan, served, row.pid);
  const ranges = scan.processes.find(({ pid }) => pid === row.pid)?.ranges ?? [];
  return {
    pid: row.pid,
    ppid: row.ppid,
    uid: row.uid,
    comm: row.comm,
    cmdline: row.cmdline,
    state: row.state,
    threads: row.threads,
    uffds,
    waiting,
    ranges: ranges.length,
    registeredBytes: ranges.reduce((sum, { start, end }) => sum + Number(end - start), 0),
    would: wouldDo(scan, row, uffds, ranges.length > 0, ours),
  };
}

function uffdsOf(scan: RawScan, served: ReadonlyMap<number, Served>, pid: number): CandidateUffd[] {
  const inos = [...new Set(scan.held.map(({ ino }) => ino))];
  return inos.flatMap((ino) => {
    const holders = scan.held.filter((held) => held.ino === ino);
    const own = holders.find((held) => held.pid === pid);
    if (own === undefined && !servesSurely(served.get(ino), pid)) return [];
    const { pending, total } = own ?? holders[0]!;
    return [{ ino, fd: own?.fd ?? null, holders: holders.map((held) => held.pid), pending, total }];
  });
}

function servesSurely(served: Served | undefined, pid: number): boolean {
  return served?.certain === true && served.memory.processes.some((process) => process.pid === pid);
}

function wouldDo(
  scan: RawScan,
  row: RawRow,
  uffds: readonly CandidateUffd[],
  registered: boolean,
  ours: OurProcesses,
): Would {
  const against = refusal(row, ours);
  if (against !== null) return { do: 'nothing', brief: against.brief, why: against.error.message };
  if (uffds.length > 0) return { do: 'join', handler: glance(scan, uffds) };
  if (registered)
    return {
      do: 'nothing',
      brief: 'holder not seen',
      why: 'Its memory is registered, but nobody is seen to hold the userfaultfd.',
    };
  return { do: 'nothing', brief: 'no userfaultfd', why: 'It has no userfaultfd.' };
}

function glance(scan: RawScan, uffds: readonly CandidateUffd[]): HandlerGlance {
  const inos = new Set(uffds.map(({ ino }) => ino));
  const held = scan.held.filter(({ ino }) => inos.has(ino));
  if (scan.reading.some(({ pid, fd }) => held.some((one) => one.pid === pid && one.fd === fd))) return 'living';
  const holders = new Set(held.map(({ pid }) => pid));
  const free = scan.processes.some(({ pid, freeThreads }) => holders.has(pid) && freeThreads > 0);
  return free ? 'unseen' : 'none';
}
