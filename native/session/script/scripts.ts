/** The scripts of a session as screens and headless runs know them. */
import type { Verdict } from '../expect/verdict.js';
import type { Hook, Manifest } from './messages.js';

export type ScriptState = 'loading' | 'on' | 'off' | 'failed';

/** A script as lists show it. Its author chose names, counters and what is said: they go out through `safeText` alone. */
export interface ScriptRow {
  /** Stable for the session. */
  readonly id: number;
  /** `script:NAME` in records. */
  readonly name: string;
  readonly path: string;
  readonly state: ScriptState;
  /** Why it is off or failed, as a sentence; else ''. */
  readonly why: string;
  readonly filter: string | null;
  readonly hooks: readonly Hook[];
  readonly commands: Manifest['commands'];
  /** Faults it was asked about, and what came of them; what is left waits for it now. */
  readonly asked: number;
  readonly answered: number;
  readonly passedOn: number;
  readonly failed: number;
  readonly missed: number;
  /** ns from question to answer, half of them took less; of the process that runs. null: none yet. */
  readonly median: number | null;
  /** `ctx.count` */
  readonly counters: Readonly<Record<string, number>>;
  /** Its process, while it runs. */
  readonly pid: number | null;
}

/** A line about a script, or of one. `text` is safe to print. */
export interface ScriptNote {
  readonly script: number;
  readonly text: string;
  /** `log`: the script's own words. */
  readonly kind: 'log' | 'error' | 'note';
}

/** A named command of a script that is on. */
export interface ScriptCommandRow {
  readonly script: number;
  /** The script's name. */
  readonly of: string;
  readonly name: string;
  readonly about: string;
}

/** Which scripts, in the order in which they are asked, and what they said. */
export interface Scripts {
  /** Bumped with every change and every line. */
  readonly version: number;
  list(): readonly ScriptRow[];
  /** All named commands of scripts that are on. */
  commands(): readonly ScriptCommandRow[];
  /** What it returned, as text. @throws UffdscopeError SCRIPT. */
  run(script: number, command: string, args?: readonly string[], faults?: readonly number[]): Promise<string>;
  /** Loads its file again; the process that runs serves until the new one is ready. */
  reload(script: number): Promise<void>;
  switch(script: number, on: boolean): Promise<void>;
  /** Its onDetach, then its end; what it was asked about gets the default. It is in no list any more. */
  remove(script: number): Promise<void>;
  /** Lines of and about scripts, oldest first, from number `from` on; those no longer kept are left out. */
  notes(from?: number): readonly ScriptNote[];
  /** Called with each line from now on; gives what stops it. */
  onNote(listener: (note: ScriptNote) => void): () => void;
  /** For `script:NAME`; its number where there is no such script. */
  nameOf(script: number): string;
  /** Each script, with what did not hold, why it is off or never loaded. */
  verdicts(): readonly Verdict[];
}
