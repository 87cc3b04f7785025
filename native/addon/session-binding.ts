/** The native Session object as it is exported by session_object.cc; names and order are that file's. */

export interface NativeSource {
  readonly type: 'zero' | 'pattern' | 'file' | 'bytes';
  readonly byte?: number;
  readonly path?: string;
  readonly offset?: number;
  readonly bytes?: Uint8Array;
}

export interface NativeAttach {
  readonly target: number;
  readonly holder: number;
  readonly fd: number;
  readonly keeper: string;
  readonly fallback: string;
  readonly source: NativeSource | null;
  /** ns, 0: no limit. */
  readonly maxHold: number;
  /** bytes, 0: one page. */
  readonly granularity: number;
  readonly ownEvents: boolean;
  readonly compete: boolean;
  /** What a handler has read and not answered counts as forgotten. */
  readonly redrive: boolean;
  /** Stay armed for the default that was named. */
  readonly armed: boolean;
  readonly faultsLog2: number;
  readonly logLog2: number;
}

/** Counters of engine.h, times on the engine's monotonic clock in ns. */
export interface NativeSnapshot {
  readonly now: number;
  readonly stance: number;
  readonly handler: number;
  readonly notice: number;
  readonly refusal: number;
  readonly refusedBy: number;
  readonly holdOn: number;
  readonly targetGone: number;
  readonly faults: number;
  readonly resolved: number;
  readonly failed: number;
  readonly handedBack: number;
  /** Went without us: their memory, their thread, or somebody else's answer. */
  readonly ended: number;
  readonly held: number;
  readonly delayed: number;
  readonly scripted: number;
  readonly oldestHeldAt: number;
  readonly races: number;
  readonly eagain: number;
  readonly version: number;
  readonly rangesVersion: number;
  readonly lastFault: number;
  readonly lastLog: number;
  readonly lastEvent: number;
  readonly byAction: readonly number[];
}

export interface NativeRange {
  readonly id: number;
  readonly pid: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly modes: number;
  readonly pageSize: number;
  readonly shared: boolean;
  readonly prot: string;
  readonly path: string;
  readonly name: string;
  readonly faults: number;
  readonly held: number;
}

export interface NativeRings {
  readonly faults: ArrayBuffer;
  readonly faultSize: number;
  readonly log: ArrayBuffer;
  readonly events: ArrayBuffer;
  readonly logSize: number;
}

export interface NativeOutcome {
  readonly seq: number;
  readonly ok: boolean;
  readonly errno: number;
  readonly message: string;
}

export interface NativeReleased {
  readonly pages: number;
  /** Forked children that only we could serve. */
  readonly children: number;
  /** The process that stays behind for them; 0: none. */
  readonly stays: number;
  /** WardAnswer of keeper/protocol.h. */
  readonly answer: number;
}

/** One rule as convert_rules.cc reads it; numbers of enums as in engine/rules/rule.h, times ns. */
export interface NativeRule {
  readonly id: number;
  /** What its draws hang on. */
  readonly key: string;
  readonly filter: Uint8Array | null;
  readonly action: number;
  readonly source: NativeSource | null;
  readonly script: number;
  readonly delayLaw: number;
  readonly delayA: number;
  readonly delayB: number;
  readonly damage: readonly { readonly what: number; readonly n: number; readonly bytes?: Uint8Array }[];
  readonly short: number;
  readonly nowake: boolean;
  readonly nowakeNs: number;
  readonly duplicate: boolean;
  readonly spurious: boolean;
  readonly reorder: number;
  /** `last` null: for ever. */
  readonly when: { readonly first: number; readonly last: number | null; readonly step: number } | null;
  readonly prob: number;
  readonly per: number;
  readonly limit: number;
}

export interface ReplayState {
  /** Faults that got what was recorded, and those for which nothing was. */
  readonly matched: number;
  readonly diverged: number;
  /** Pages that the recording knows, and those of them that have faulted again. */
  readonly pages: number;
  readonly touched: number;
}

export interface NativeRecording {
  readonly bytes: number;
  readonly faults: number;
  readonly lost: number;
  readonly dropped: number;
  readonly files: number;
  /** Why nothing is written any more; 0: it is. */
  readonly errno: number;
}

/** ns; `buckets[i]` counts what took at most the i-th bound that was asked for. */
export interface NativeLatency {
  readonly count: number;
  readonly sum: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly buckets: readonly number[];
}

export interface NativeStatistics {
  /** By kind, then access. */
  readonly faults: readonly number[];
  /** By action (9), then by whom (8). */
  readonly answers: readonly number[];
  readonly all: NativeLatency;
  readonly latencies: readonly (NativeLatency & { readonly kind: number; readonly action: number })[];
  readonly pages: readonly { readonly page: number; readonly faults: number }[];
  readonly pageCount: number;
  readonly threads: readonly {
    readonly pid: number;
    readonly tid: number;
    readonly faults: number;
    readonly answered: number;
    readonly waited: number;
    readonly longest: number;
  }[];
  readonly threadCount: number;
}

/** What one script process inherits; numbers of our descriptors. */
export interface NativeScript {
  readonly handle: number;
  readonly memory: number;
  readonly asked: number;
  readonly answered: number;
  readonly uffd: number;
  readonly journal: number;
}

export interface NativeScriptCounts {
  readonly asked: number;
  readonly answered: number;
  readonly passedOn: number;
  readonly failed: number;
  readonly missed: number;
  /** ScriptOff of engine/scripts/script_port.h. */
  readonly off: number;
  /** Replaced, and nothing of the engine's is left in it. */
  readonly parted: boolean;
}

/** The script's end, in its own process (script_host_object.cc). */
export interface NativeScriptHost {
  /** ScriptPlace of engine/scripts/script_share.h, one after the other. */
  readonly places: ArrayBuffer;
  start(onFault: (place: number, offer: number) => void): void;
  stop(): void;
  /** 0 given, 1 late, 2 refused. `source`: what `source()` gave, or the bytes of the page. */
  answer(place: number, offer: number, action: number, source?: number | Uint8Array): number;
  /** `delay` in ns. */
  wish(place: number, offer: number, wish: number, delay: number): number;
  waits(place: number, offer: number): boolean;
  source(source: NativeSource): number;
  draw(rangeHash: bigint, page: number, hit: number, which: number): number;
}

export interface NativeScriptHostClass {
  new (memory: number, asked: number, answered: number, uffd: number, journal: number): NativeScriptHost;
  /** False: who started us is gone already. */
  limit(bytes: number): boolean;
}

export interface NativeSession {
  readonly ino: number;
  readonly features: number;
  /** Engine clock (ns) that this session's times count from. */
  readonly began: number;
  readonly nonblocking: boolean;
  readonly keeperPid: number;
  snapshot(): NativeSnapshot;
  /** ns for each share asked, e.g. [0.5, 0.99, 1]. */
  quantiles(of: readonly number[]): number[];
  /** The `top` busiest pages and threads (0: none, cheaper); latencies counted up to each bound (ns). */
  statistics(top: number, bounds: readonly number[]): Promise<NativeStatistics>;
  rings(): NativeRings;
  /** Changes with the ranges; cheap. */
  rangesVersion(): number;
  ranges(): NativeRange[] & { readonly version: number };
  /** FaultRecords of all waiting faults, oldest first. */
  waiting(): ArrayBuffer;
  arm(): Promise<{ handler: number; refusal: number; pid: number }>;
  setHold(on: boolean, program: Uint8Array | null): void;
  /** All rules, in order. Those not in the list any more release what they keep. Arms where there are any. */
  setRules(rules: readonly NativeRule[], seed: number): void;
  ruleCounts(id: number): { readonly matched: number; readonly acted: number };
  scriptOpen(script: number, name: string, seed: number): NativeScript;
  scriptProcess(handle: number, pid: number): void;
  /** All that are asked, in order; deadline in ns. Those not in the list any more finish what they have. */
  setScripts(
    scripts: readonly {
      readonly handle: number;
      readonly deadline: number;
      readonly filter: Uint8Array | null;
      readonly asksFaults: boolean;
    }[],
  ): void;
  scriptCounts(handle: number): NativeScriptCounts;
  /** ns from question to answer, the median; 0: nothing was answered. A search through a histogram. */
  scriptMedian(handle: number): number;
  scriptClose(handle: number): void;
  /** `text`: number of a sentence that JavaScript keeps. */
  noteScript(script: number, text: number): void;
  setSource(fallback: string, source: NativeSource | null): void;
  act(
    request: {
      what: 'answer' | 'fixed' | 'delay' | 'script';
      action?: string;
      source?: NativeSource | null;
      delay?: number;
      script?: number;
    },
    seqs: readonly number[],
  ): Promise<NativeOutcome[]>;
  edit(seq: number, bytes: Uint8Array | null): void;
  /** The bytes, or an errno. */
  preview(seq: number, page: bigint, length: number): Promise<Uint8Array | number>;
  /** state: index into PAGE_STATES of session/page-states.ts, -1 unknown. */
  readPage(page: bigint, length: number): Promise<{ state: number; errno: number; bytes: Uint8Array | null }>;
  /** Runs of [start, end, state, huge]. */
  pageMap(start: bigint, end: bigint): Promise<Float64Array>;
  refreshRanges(): Promise<number>;
  release(leave: boolean): Promise<NativeReleased>;
  guardTerminal(fd: number, active: boolean): void;
  /** `closed`: the process lives and has closed its descriptor. */
  ownerGone(pid: number, closed: boolean): void;
  redrive(): void;
  /** How the target ended, as wait(2) gives it; -1: it lives, or that is not known. */
  exitStatus(): number;
  /** Begins at once. Throws with call and errno. */
  startRecording(options: {
    readonly path: string;
    readonly header: string;
    readonly maxBytes: number;
    readonly pages: boolean;
  }): void;
  noteRecording(json: string): void;
  /** Ends it with this trailer; what was written, or null. */
  stopRecording(json: string): Promise<NativeRecording | null>;
  recording(): NativeRecording | null;
  /** Decisions of a recording (session/recording/replay-plan.ts), in order. */
  setReplay(ranges: readonly string[], steps: Float64Array, bytes: readonly Uint8Array[]): void;
  /** `first`: number of the first fault that was not as recorded, or 0; `why` is enum Divergence. */
  replayState(): (ReplayState & { readonly first: number; readonly why: number }) | null;
  /** Faults by fdinfo, -1 unknown: unread, and read by anybody but still waiting. */
  alive(): { target: boolean; holder: boolean; unread: number; read: number };
}

export interface NativeSessionClass {
  attach(options: NativeAttach): Promise<NativeSession>;
}
