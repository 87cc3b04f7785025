/**
 * The vocabulary of uffdscope as types: what a person sees, what a script gets, what the screens draw.
 * Words are those of the docs; addresses are `bigint`, times are nanoseconds as `number`.
 */

import type { Scripts } from './script/scripts.js';

/** Why the kernel stopped the thread (uffd_msg.arg.pagefault.flags). */
export type FaultKind = 'missing' | 'wp' | 'minor';
export type Access = 'read' | 'write';

/** `held` waits for the operator, `delayed` for a timer; `gone` was handed back or its thread went away. */
export type FaultState = 'unread' | 'read' | 'held' | 'delayed' | 'scripted' | 'resolved' | 'failed' | 'gone';

/** The resolutions of the words list. `move` is refused by the kernel from outside and stays greyed. */
export type Action = 'copy' | 'zero' | 'continue' | 'unprotect' | 'poison' | 'wake' | 'pass' | 'move';

/** How uffdscope stands to the target. */
export type How = 'observe' | 'join' | 'plant' | 'launch' | 'receive';

export type RangeMode = 'missing' | 'wp' | 'minor';
export type EventType = 'fork' | 'remap' | 'remove' | 'unmap' | 'exec' | 'exit';

/** What we do with a fault that no hold and no rule takes. */
export type DefaultAnswer = 'hold' | 'zero' | 'source' | 'pass' | 'wake' | 'poison';

export interface Process {
  readonly pid: number;
  /** Raw, as the kernel gives it; goes to a screen only through `safeText`. */
  readonly comm: string;
}

export interface Holder extends Process {
  readonly fd: number;
  readonly nonblocking: boolean;
}

/** One userfaultfd object, known by the inode number of its fdinfo. */
export interface Uffd {
  readonly ino: number;
  readonly fd: number;
  readonly features: readonly string[];
  readonly nonblocking: boolean;
  readonly initialized: boolean;
}

/** A registered span of the target. `id` is stable for the session. */
export interface Range {
  readonly id: number;
  readonly pid: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly modes: readonly RangeMode[];
  /** `heap`, `stack`, `shm:NAME`, `anon[0]` … unique in a session. */
  readonly name: string;
  /** What /proc/PID/maps calls it, or ''. */
  readonly path: string;
  readonly prot: string;
  readonly pageSize: number;
  readonly shared: boolean;
  /** Faults seen in it so far, and how many of them are held now. */
  readonly faults: number;
  readonly held: number;
}

/** One fault as a row. Everything that is not known is null. */
export interface Fault {
  readonly seq: number;
  /** ns since attach, when its message was read. */
  readonly t: number;
  readonly pid: number;
  readonly tid: number;
  readonly comm: string;
  readonly kind: FaultKind;
  readonly access: Access;
  readonly address: bigint;
  readonly page: bigint;
  readonly pageSize: number;
  readonly rangeId: number | null;
  /** `name+0xOFF`, or '' outside every known range. */
  readonly rangeOffset: string;
  readonly state: FaultState;
  readonly action: Action | null;
  /** operator, default, rule:ID, script:NAME, handler, keeper. */
  readonly by: string | null;
  /** The words of the hold that was on when it was read: a filter, or `everything`. null or left out: none was. */
  readonly heldBy?: string | null;
  readonly errno: number | null;
  readonly bytes: number;
  /** ns from read to answer; null while it waits. */
  readonly latency: number | null;
  /** ns it has waited, or waited until its answer. */
  readonly age: number;
  /** How often this page has faulted, this fault included. */
  readonly hits: number;
  readonly marked: boolean;
  readonly edited: boolean;
}

/** An event of the target, newest last. `detail` is made by us from numbers, so it is safe to print. */
export interface TargetEvent {
  readonly index: number;
  readonly t: number;
  readonly type: EventType | 'attach' | 'detach' | 'arm' | 'disarm' | 'hold' | 'rule' | 'lost' | 'register' | 'note';
  readonly pid: number;
  readonly detail: string;
}

/**
 * looking: nothing is touched. arming: the handler is being frozen. armed: we alone read and answer.
 * passing: the handler has a turn. taken-back: the keeper handed everything back while we were stopped.
 */
export type Stance = 'looking' | 'arming' | 'armed' | 'passing' | 'taken-back' | 'leaving' | 'left';

/** living: a thread waits on the uffd (or is frozen in that wait by us). none: nobody is seen to read. */
export type HandlerState = 'unknown' | 'living' | 'frozen' | 'none' | 'unfreezable';

/** Counters at one instant; cheap, taken at frame rate. */
export interface Snapshot {
  readonly now: number;
  readonly stance: Stance;
  readonly handler: HandlerState;
  /** One sentence when something needs the operator's eye (could not freeze, source too short …), else ''. */
  readonly notice: string;
  readonly holdOn: boolean;
  readonly holdFilter: string | null;
  readonly faults: number;
  readonly resolved: number;
  readonly failed: number;
  readonly handedBack: number;
  readonly held: number;
  readonly delayed: number;
  readonly unread: number | null;
  /** Age in ns of the oldest held fault, null when none is. */
  readonly oldestHeld: number | null;
  readonly lost: number;
  readonly events: number;
  /** Bumped when `ranges` changed. */
  readonly rangesVersion: number;
  /** Bumped when any fault row changed. */
  readonly faultsVersion: number;
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number } | null;
  /** Target process still there? */
  readonly alive: boolean;
}

/** Random access to the faults kept, oldest first. `row` gives null for what was overwritten. */
export interface FaultHistory {
  /** Lowest and highest sequence number still kept; last < first when there are none. */
  readonly first: number;
  readonly last: number;
  row(seq: number): Fault | null;
  /** Sequence numbers of held or delayed faults, oldest first. */
  waiting(): number[];
  /** Sequence numbers in [from, to] whose fault passes `test`, ascending. Reads columns, allocates no rows. */
  select(test: (fault: FaultColumns) => boolean, from?: number, to?: number): number[];
}

/**
 * One fault as numbers, for filters and sorting over a million of them: a cursor that is moved, never kept.
 * Addresses are exact as doubles (user space ends below 2^53 on every kernel that runs this).
 */
export interface FaultColumns {
  readonly seq: number;
  readonly t: number;
  readonly pid: number;
  readonly tid: number;
  readonly kind: FaultKind;
  readonly access: Access;
  readonly addr: number;
  readonly page: number;
  /** Offset in its range, or -1. */
  readonly off: number;
  readonly rangeId: number;
  readonly rangeName: string;
  readonly backing: string;
  readonly prot: string;
  readonly comm: string;
  readonly state: FaultState;
  readonly action: Action | '';
  readonly by: string;
  /** 0 when there was none. */
  readonly errno: number;
  /** -1 while unanswered. */
  readonly lat: number;
  readonly age: number;
  readonly hits: number;
  readonly marked: boolean;
  readonly edited: boolean;
  /** Where instructions are recorded: the one that faulted (-1 unknown) and its symbol. */
  readonly ip?: number;
  readonly sym?: string;
}

/** Where bytes come from. `store` arrives with planting. */
export type Source =
  | { readonly type: 'zero' }
  | { readonly type: 'pattern'; readonly byte: number }
  | { readonly type: 'file'; readonly path: string; readonly offset: number }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array };

/** Damage done on purpose to the bytes of an answer. */
export type Corruption =
  | { readonly type: 'flip'; readonly bits: number; readonly seed: number }
  | { readonly type: 'xor'; readonly byte: number }
  | { readonly type: 'fill'; readonly byte: number }
  | { readonly type: 'truncate'; readonly length: number }
  /** Bytes of another time or page in place of the right ones. */
  | { readonly type: 'stale'; readonly bytes: Uint8Array };

/** What an operator, a rule or a script asks for one fault. */
export type Verb =
  | { readonly verb: 'answer' }
  | { readonly verb: 'zero' | 'continue' | 'unprotect' | 'poison' | 'wake' | 'pass' }
  | { readonly verb: 'copy'; readonly source: Source; readonly corrupt?: readonly Corruption[] }
  | { readonly verb: 'delay'; readonly ms: number }
  /** Its onFault answers; where it does not, the fault is held as before. */
  | { readonly verb: 'script'; readonly script: string };

export interface VerbOutcome {
  readonly seq: number;
  readonly ok: boolean;
  /** What was done, or the reason it was not, as one sentence. */
  readonly message: string;
}

/** One rule of a session, as it stands. */
export interface RuleLine {
  /** Stable for the session; `rule:ID` in `Fault.by`. */
  readonly id: number;
  readonly text: string;
  readonly on: boolean;
  /** Faults that its filter took, and those it did something to. */
  readonly matched: number;
  readonly acted: number;
}

/** The rules of a session, in the order in which they are asked. Every change is at work at once. */
export interface Rules {
  /** Bumped with every change. */
  readonly version: number;
  list(): readonly RuleLine[];
  /** What is odd about those that are on, behind them this default: each a sentence without a full stop. */
  odd(fallback?: DefaultAnswer): readonly { readonly id: number; readonly message: string }[];
  /** Another text for it; it keeps its place and its id. Gives what may surprise. @throws UffdscopeError RULES */
  edit(id: number, text: string): readonly string[];
  /** What it keeps waiting is released; so it is where it is switched off. */
  remove(id: number): void;
  switch(id: number, on: boolean): void;
  switchAll(on: boolean): void;
  /** By so many places: -1 is one up. */
  move(id: number, by: number): void;
}

/** The bytes of a page as they are, or why they cannot be shown. */
export type PageBytes =
  { readonly known: true; readonly bytes: Uint8Array } | { readonly known: false; readonly reason: string };

export type PageState = 'missing' | 'present' | 'zero' | 'wp' | 'poisoned' | 'swapped' | 'huge' | 'unknown';

/** A range drawn in cells: pages by state in each. */
export interface PageMap {
  readonly rangeId: number;
  readonly cellBytes: number;
  readonly cells: readonly {
    readonly pages: number;
    readonly present: number;
    readonly wp: number;
    readonly poisoned: number;
    readonly swapped: number;
    readonly held: number;
  }[];
  /** Resident share of the whole range, 0..1. */
  readonly resident: number;
}

export interface Behind {
  readonly pid: number;
  readonly children: number;
  /** What their faults get: `hold` waits, a byte fills the page. */
  readonly answer: 'hold' | 'poison' | { readonly byte: number };
}

export interface DetachSummary {
  readonly released: number;
  readonly restored: number;
  /** Forked children that only we could serve, and the process that stays behind for them. */
  readonly behind: Behind | null;
}

/** How long answers of one kind took, ns from read to answer. */
export interface LatencyCounts {
  readonly kind: FaultKind;
  readonly action: Action;
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** What a session has counted; native/session/statistics has more of it. */
export interface Counts {
  /** Faults a second since we attached. */
  readonly rate: number;
  /** Answers that found the page there already. */
  readonly races: number;
  readonly latencies: readonly LatencyCounts[];
  /** The busiest pages, most faults first. */
  readonly pages: readonly { readonly page: bigint; readonly range: string | null; readonly faults: number }[];
}

/** A recording that is being made, or has just ended. */
export interface RecordingState {
  readonly path: string;
  /** Of all its files. */
  readonly bytes: number;
  readonly faults: number;
  /** Records that came too fast to be written. */
  readonly lost: number;
  /** Faults in its oldest files, dropped for --max-size. */
  readonly dropped: number;
  readonly files: number;
  /** Why nothing is written any more (an errno's name), or null. */
  readonly error: string | null;
}

/** A recording in place of a target: everything a session tells is that of one moment, which can be chosen. ns since attach. */
export interface Playback {
  readonly path: string;
  /** The first and the last moment at which anything is recorded. */
  readonly from: number;
  readonly to: number;
  /** The moment that is shown. */
  readonly at: number;
  /** Show another one; it is kept within the recording. */
  seek(t: number): void;
  /** The nearest moment after (1) or before (-1) this one at which something is recorded, or null. */
  next(step: 1 | -1): number | null;
  /** When this fault was read, and when it got its answer or went away (null: never); null where it is not known. */
  momentsOf(seq: number): { readonly read: number; readonly ended: number | null } | null;
  /** How many faults had been read by then. */
  faultsBy(t: number): number;
}

/** One attachment. All state is read by snapshot; nothing here calls back per fault. */
export interface Session extends AsyncDisposable {
  /** Of a recording; a target has none. */
  readonly playback?: Playback;
  readonly how: How;
  readonly target: Process & { readonly cmdline: string };
  readonly uffd: Uffd;
  readonly userModeOnly: boolean | null;
  readonly seed: number;
  readonly options: {
    readonly defaultAnswer: DefaultAnswer;
    /** ms */
    readonly maxHold: number | null;
    readonly granularity: number;
    readonly sourceText: string;
  };
  snapshot(): Snapshot;
  ranges(): readonly Range[];
  readonly faults: FaultHistory;
  readonly rules: Rules;
  readonly scripts: Scripts;
  /** Events with index >= from, at most `max`; the first one is 1, and `Snapshot.events` the last. */
  events(from: number, max: number): TargetEvent[];
  /** Hold what the filter takes; null is "hold everything". Arms. */
  hold(filter: string | null): Promise<void>;
  /** Let every fault that somebody else has read come again, now to us. Arms. */
  redrive(): Promise<void>;
  /** Several rules at once, behind the others: all or none. Arms. Gives what may surprise. @throws UffdscopeError RULES */
  useRules(texts: readonly string[]): Promise<readonly string[]>;
  /**
   * Scripts from these files, behind the others. Arms. One that does not load stays in the list and says why.
   * @throws UffdscopeError SCRIPT: there is no such file.
   */
  useScripts(paths: readonly string[]): Promise<void>;
  /** Stop holding; what is held stays held until answered. */
  unhold(): void;
  /** Do one thing to each fault named. Arms where it must. Outcomes in the order asked. */
  perform(verb: Verb, seqs: readonly number[]): Promise<VerbOutcome[]>;
  /** ok, or the kernel's reason why this verb cannot be used on this fault. */
  legal(
    verb: Verb['verb'] | 'move',
    seq: number,
  ): { readonly ok: true } | { readonly ok: false; readonly reason: string };
  /** The bytes `answer` would give this fault, or why there are none. */
  preview(seq: number): Promise<PageBytes>;
  /** Keep edited bytes for this fault; they are used by `answer`. null reverts. */
  edit(seq: number, bytes: Uint8Array | null): void;
  /** Mark or unmark rows: `marked` in rows, columns and filters. Bumps faultsVersion. */
  mark(seqs: readonly number[], on: boolean): void;
  /** The page as it is in the target; never raises a fault. */
  readPage(page: bigint, length: number): Promise<PageBytes>;
  pageMap(rangeId: number, cells: number): Promise<PageMap>;
  /** With the `top` busiest pages; a search through all of them, so not for every frame. */
  statistics(top?: number): Promise<Counts>;
  /** Write down what happens from now on. @throws UffdscopeError RECORDING. */
  record(path: string, options?: { readonly maxBytes?: number; readonly pages?: boolean }): void;
  /** What is written now, or null. */
  readonly recording: RecordingState | null;
  /** The one that ended last, or null. */
  readonly recorded: RecordingState | null;
  /** Resolves once all that has happened is in the file; null: nothing was recorded. Leaving does it too. */
  stopRecording(): Promise<RecordingState | null>;
  /** Panic key: holds and rules off, everything held is released, the handler thawed. Never refused, never asks. */
  release(): Promise<DetachSummary>;
  /** Hand back everything and let go. Idempotent. */
  detach(): Promise<DetachSummary>;
  /** Tell the keeper which terminal to restore if we die. */
  guardTerminal(active: boolean): void;
}
