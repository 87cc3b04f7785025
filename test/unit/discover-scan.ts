/** Small machines made of words, for tests of what may be inferred from a scan. */
import type { RawHeld, RawProcess, RawRow, RawScan, RawWaiting } from '../../native/addon/observe.js';

export const EVENT_FORK = 1n << 1n;
export const EVENT_UNMAP = 1n << 6n;

export function held(pid: number, fd: number, ino: number, more: Partial<RawHeld> = {}): RawHeld {
  return {
    pid,
    fd,
    ino,
    nonblocking: true,
    initialized: true,
    features: 0n,
    pending: 0,
    total: 0,
    steady: true,
    ...more,
  };
}

/** A process with `ranges` registered ranges of one page each (mode bits 1: missing). */
export function proc(pid: number, ranges: number, more: Partial<RawProcess> = {}): RawProcess {
  return {
    pid,
    ppid: 1,
    comm: `p${pid}`,
    memory: pid,
    freeThreads: 1,
    rangesKnown: true,
    ranges: Array.from({ length: ranges }, (_, i) => ({
      start: BigInt(pid * 0x100000 + i * 0x2000),
      end: BigInt(pid * 0x100000 + i * 0x2000 + 0x1000),
      modes: 1,
      prot: 'rw-p',
      path: '',
      pageSize: 4096,
    })),
    ...more,
  };
}

export function waits(pid: number, tid: number, more: Partial<RawWaiting> = {}): RawWaiting {
  return { pid, tid, comm: `t${tid}`, event: null, fromUser: true, ...more };
}

export function scan(parts: Partial<RawScan>): RawScan {
  return { held: [], processes: [], waiting: [], reading: [], lookedAt: 10, refused: 0, halfRefused: 0, ...parts };
}

export function row(pid: number, more: Partial<RawRow> = {}): RawRow {
  return {
    pid,
    ppid: 1,
    comm: `p${pid}`,
    cmdline: `/bin/p${pid}`,
    state: 'S',
    threads: 1,
    kernelThread: false,
    tgid: pid,
    tracer: 0,
    uid: process.geteuid!(),
    attachErrno: 0,
    ...more,
  };
}
