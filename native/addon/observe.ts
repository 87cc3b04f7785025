/** What the addon's looking half gives, as it comes from the kernel. Names in it are raw: show them through safeText. */

export interface RawHeld {
  readonly pid: number;
  readonly fd: number;
  /** Equal for every descriptor of one userfaultfd; 0 before Linux 5.14. */
  readonly ino: number;
  readonly nonblocking: boolean;
  readonly initialized: boolean;
  readonly features: bigint;
  readonly pending: number;
  readonly total: number;
  /** The counts were the same before and after the threads were looked at, so both belong together. */
  readonly steady: boolean;
}

export interface RawRange {
  readonly start: bigint;
  readonly end: bigint;
  /** Bits of UFFDIO_REGISTER_MODE_*: 1 missing, 2 wp, 4 minor. */
  readonly modes: number;
  readonly prot: string;
  readonly path: string;
  readonly pageSize: number;
}

export interface RawProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly comm: string;
  /** The lowest pid seen that shares this memory; its own mostly. */
  readonly memory: number;
  /** Threads that are not asleep in a userfault themselves. */
  readonly freeThreads: number;
  readonly rangesKnown: boolean;
  readonly ranges: readonly RawRange[];
}

export interface RawWaiting {
  readonly pid: number;
  readonly tid: number;
  readonly comm: string;
  /** null: it waits for a page. Else for the message of this event to be read; unknown: remap or unmap. */
  readonly event: 'fork' | 'remove' | 'unmap' | 'unknown' | null;
  readonly fromUser: boolean | null;
}

export interface RawReading {
  readonly pid: number;
  readonly tid: number;
  readonly fd: number;
}

export interface RawScan {
  readonly held: readonly RawHeld[];
  readonly processes: readonly RawProcess[];
  readonly waiting: readonly RawWaiting[];
  readonly reading: readonly RawReading[];
  /** Processes with memory of their own, those whose descriptors are hidden from us, and those only half seen. */
  readonly lookedAt: number;
  readonly refused: number;
  readonly halfRefused: number;
}

export interface RawRow {
  readonly pid: number;
  readonly ppid: number;
  readonly comm: string;
  readonly cmdline: string;
  /** proc(5): R S D T t Z X I. */
  readonly state: string;
  readonly threads: number;
  readonly kernelThread: boolean;
  /** Differs from `pid` when that is a thread. */
  readonly tgid: number;
  readonly tracer: number;
  readonly uid: number;
  /** 0, or why the kernel would not let us attach. */
  readonly attachErrno: number;
}

/** 0 works, an errno why not, -1 not tried. */
export interface RawProbe {
  readonly uffd: number;
  readonly uffdUserOnly: number;
  readonly device: number;
  readonly api: number;
  readonly features: bigint;
  readonly pagemapScan: number;
  readonly pidfdGetfd: number;
  readonly processMadvise: number;
  readonly kcmp: number;
  readonly perfUser: number;
  readonly perfKernel: number;
  readonly btf: number;
  readonly bpfIterator: number;
}

export interface FeatureBit {
  readonly bit: bigint;
  readonly name: string;
  readonly since: string;
}

export interface ObserveAddon {
  scan(allMemories?: boolean): Promise<RawScan>;
  listProcesses(): Promise<readonly RawRow[]>;
  lookAt(pid: number): Promise<RawRow | null>;
  probe(): Promise<RawProbe>;
  features(): readonly FeatureBit[];
  /** Whoever read this pipe, socket or terminal of ours has closed it. A write would tell too, but takes something to write. */
  readerGone(fd: number): boolean;
}
