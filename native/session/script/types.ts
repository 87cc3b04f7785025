/**
 * What a script sees and gives. A script is a file of TypeScript or JavaScript whose default export is a `Script`; it runs
 * in a process of its own. Addresses are `bigint`, sizes bytes, times of records nanoseconds, times that a script gives
 * milliseconds. docs/howto/write-a-script.md tells it to a person.
 */
import type { Access, Action, FaultKind, Process, RangeMode, Source, Verb, VerbOutcome } from '../types.js';

/** A registered span of the target's memory. */
export interface ScriptRange {
  readonly id: number;
  /** `heap`, `shm:NAME`, `anon[0]` …, unique in a session. */
  readonly name: string;
  readonly start: bigint;
  readonly end: bigint;
  readonly modes: readonly RangeMode[];
  readonly pageSize: number;
  /** What /proc/PID/maps calls it, or ''. */
  readonly path: string;
}

/** A fault that waits for an answer. */
export interface ScriptFault {
  /** Its number in this session. */
  readonly seq: number;
  /** The process and thread that wait; 0: not known. */
  readonly pid: number;
  readonly tid: number;
  readonly kind: FaultKind;
  readonly access: Access;
  readonly address: bigint;
  /** Where its page begins. */
  readonly page: bigint;
  readonly pageSize: number;
  /** null: outside every known range. */
  readonly range: ScriptRange | null;
  /** Of the page, in its range. */
  readonly offset: number;
  /** How often this page has faulted, this fault included. */
  readonly hits: number;
}

/** A fault that was answered, by whom it may be. */
export interface ScriptResolved {
  readonly seq: number;
  readonly action: Action;
  /** `default`, `rule:ID`, `script:NAME`, `operator`, `handler` … */
  readonly by: string;
  readonly bytes: number;
  /** ns from read to answer; null where it was not answered. */
  readonly latency: number | null;
  /** The kernel's name of the error, or null. */
  readonly errno: string | null;
  /** null: no longer kept. */
  readonly page: bigint | null;
}

/** Something that happened to the target. */
export type ScriptEvent = { readonly t: number; readonly pid: number | null } & (
  | { readonly type: 'fork'; readonly child: number | null }
  | { readonly type: 'exec' }
  | { readonly type: 'exit'; readonly code: number | null }
  | { readonly type: 'remap'; readonly from: bigint; readonly to: bigint; readonly length: number }
  | { readonly type: 'remove' | 'unmap'; readonly start: bigint; readonly end: bigint }
);

/**
 * Where the bytes of a copy come from: the bytes themselves (fewer than a page: the rest is zero), a source in words
 * (`zero`, `pattern:5a`, `hex:c0ffee`, `FILE[@OFFSET]`, which is read at the page's place in its range), or what
 * `ctx.source()` gave.
 */
export type ScriptSource = Uint8Array | string | Source | PreparedSource;

/** A source that has been opened once. */
export interface PreparedSource {
  readonly prepared: number;
}

export type PlainAction = 'zero' | 'continue' | 'unprotect' | 'poison' | 'wake' | 'hold' | 'pass';

/** What `onFault` may give in place of a call. */
export type Answer =
  | PlainAction
  | { readonly action: PlainAction }
  | { readonly action: 'copy'; readonly source: ScriptSource }
  | { readonly action: 'delay'; readonly ms: number };

/** What every hook gets. */
export interface ScriptContext {
  readonly target: Process & { readonly cmdline: string };
  /** What random draws hang on. */
  readonly seed: number;
  readonly ranges: readonly ScriptRange[];
  /** [0, 1), the same row of numbers in each run with this seed. */
  random(): number;
  /** A line for the screen's log, and for stderr where there is no screen. */
  log(...what: unknown[]): void;
  /** Adds to a counter that the summary shows. */
  count(name: string, by?: number): void;
  /** Where `condition` is false, a headless run ends in exit status 4 and says `text`. */
  expect(condition: boolean, text: string): void;
  /** Opens a source once, for many copies. Throws where it cannot be used. */
  source(source: Exclude<ScriptSource, PreparedSource>): PreparedSource;
  /** A test in the filter language. Throws where the text cannot be read, with the column. */
  filter(text: string): (fault: ScriptFault) => boolean;
  /** Ends after so many ms. */
  sleep(ms: number): Promise<void>;
  /** Once after so many ms; gives what stops it. */
  after(ms: number, what: () => void): () => void;
  /** Again and again each so many ms; gives what stops it. */
  every(ms: number, what: () => void): () => void;
  /** What an operator can do, to faults that wait: answer, zero, copy, delay … */
  perform(verb: Verb, seqs: readonly number[]): Promise<VerbOutcome[]>;
}

/**
 * What `onFault` gets: all of the above and the answers. One answer a fault. It is carried out when `onFault` returns, or
 * at once where it is called after an `await`.
 */
export interface FaultContext extends ScriptContext {
  /** Zeros for a missing page, CONTINUE for a minor fault, unprotect for a write-protect fault. */
  zero(): void;
  /** These bytes. For missing faults. */
  copy(source: ScriptSource): void;
  /** Map the page that is in the page cache. For minor faults. */
  continue(): void;
  /** Let the write through. For write-protect faults. */
  unprotect(): void;
  /** The thread gets SIGBUS, as from broken memory. */
  poison(): void;
  /** Wake the thread without an answer: it faults again. */
  wake(): void;
  /** It waits for the operator. */
  hold(): void;
  /** Back to the target's own handler. */
  pass(): void;
  /** Its default, so many ms later. */
  delay(ms: number): void;
  /** Does it still wait for this script? False after an answer, and once the deadline has passed. */
  readonly waiting: boolean;
  /** [0, 1), from the seed, the page and how often it has faulted: the same whatever the order of threads. */
  random(): number;
}

/** A named command, for the palette and for keys. */
export interface ScriptCommand {
  /** One line. */
  readonly about?: string;
  /** `faults`: numbers of those that are marked or focused. What it returns is shown. */
  run(ctx: ScriptContext, args: readonly string[], faults: readonly number[]): unknown;
}

/** The default export of a script. Every hook may be async, and may be left out. */
export interface Script {
  /** A letter, then letters, digits, - . _; the file's name where it is left out. */
  readonly name?: string;
  /** Ask this script only about faults that this filter takes. */
  readonly filter?: string;
  /** ms between two calls of onTick (1000). */
  readonly tick?: number;
  /** Before the first fault. Throws: the script stays out. */
  onAttach?(ctx: ScriptContext): unknown;
  /**
   * A fault: call one answer of `ctx`, or return one. Neither: the next script is asked, then the default answers. After the
   * deadline (`--script-deadline`, 1 s) the default answers.
   */
  onFault?(fault: ScriptFault, ctx: FaultContext): Answer | void | Promise<Answer | void>;
  /** Fork, exec, exit, remap, remove, unmap of the target. */
  onEvent?(event: ScriptEvent, ctx: ScriptContext): unknown;
  /** Each range that is registered, those at the beginning too. */
  onRange?(range: ScriptRange, ctx: ScriptContext): unknown;
  /** Each fault that was answered, a little later. */
  onResolved?(resolved: ScriptResolved, ctx: ScriptContext): unknown;
  /** Each `tick` ms. */
  onTick?(ctx: ScriptContext): unknown;
  /** At the end; it has half a second. */
  onDetach?(ctx: ScriptContext): unknown;
  readonly commands?: Readonly<Record<string, ScriptCommand | ScriptCommand['run']>>;
}

/** Gives its argument back, with types: `export default defineScript({ onFault(fault, ctx) { ctx.zero(); } })`. */
export function defineScript(script: Script): Script {
  return script;
}
