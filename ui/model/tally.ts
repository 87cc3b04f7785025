/** Faults by thread, kind, access, answer and range: counted once each, as they come, while somebody looks. */
import type { FaultColumns, FaultHistory } from '../../native/session/types.js';

/** So many faults take a few hundredths of a second. */
const BITE = 100_000;

export interface ThreadTally {
  readonly tid: number;
  comm: string;
  faults: number;
  writes: number;
  lastSeq: number;
  lastRange: string;
  lastT: number;
}

export class Tally {
  readonly threads = new Map<number, ThreadTally>();
  readonly kinds = new Map<string, number>();
  readonly access = new Map<string, number>();
  readonly ranges = new Map<string, number>();
  #countedTo = 0;

  constructor(private readonly history: FaultHistory) {}

  /** Take in what came since, a bite at a time; true when more is to be counted. */
  update(): boolean {
    const { last, first } = this.history;
    if (last < this.#countedTo) this.#again();
    if (last <= this.#countedTo) return false;
    const from = Math.max(first, this.#countedTo + 1);
    const to = Math.min(last, from + BITE - 1);
    this.history.select((fault) => this.#take(fault), from, to);
    this.#countedTo = to;
    return to < last;
  }

  /** In a recording time goes back. */
  #again(): void {
    for (const counts of [this.threads, this.kinds, this.access, this.ranges]) counts.clear();
    this.#countedTo = 0;
  }

  #take(fault: FaultColumns): false {
    let thread = this.threads.get(fault.tid);
    if (!thread) {
      thread = { tid: fault.tid, comm: fault.comm, faults: 0, writes: 0, lastSeq: 0, lastRange: '', lastT: 0 };
      this.threads.set(fault.tid, thread);
    }
    thread.faults++;
    if (fault.access === 'write') thread.writes++;
    thread.lastSeq = fault.seq;
    thread.lastRange = fault.rangeName;
    thread.lastT = fault.t;
    add(this.kinds, fault.kind);
    add(this.access, fault.access);
    add(this.ranges, fault.rangeName || '(none)');
    return false;
  }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
