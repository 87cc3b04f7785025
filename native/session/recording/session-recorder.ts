/** The recorder of a running session: on, off, what it says of the session, what it has written. */
import { resolve } from 'node:path';
import { getSystemErrorName } from 'node:util';
import { UffdscopeError } from '../errors.js';
import { safeText } from '../safe-text.js';
import type { NativeJoin } from '../session.js';
import { summaryRecord, targetCode } from '../summary-record.js';
import type { RecordingState } from '../types.js';
import { version } from '../version.js';
import type { Description, Ending } from './description.js';

export interface RecordOptions {
  /** Bytes of all its files together; the oldest quarter is dropped for what is new. 0: no limit. Default 1 GiB. */
  readonly maxBytes?: number;
  /** The bytes of answers, too. */
  readonly pages?: boolean;
}

export const DEFAULT_MAX_BYTES = 2 ** 30;
/** A quarter of it must hold some blocks. */
export const LEAST_MAX_BYTES = 2 ** 20;

export class SessionRecorder {
  #path: string | null = null;
  /** What of the description may change, as it was written last. */
  #noted = '';
  constructor(readonly session: NativeJoin) {}

  get state(): RecordingState | null {
    const now = this.#path === null ? null : this.session.native.recording();
    return now === null ? null : toState(this.#path!, now);
  }

  /** @throws UffdscopeError RECORDING: it is on already, or the file cannot be made. */
  start(path: string, { maxBytes = DEFAULT_MAX_BYTES, pages = false }: RecordOptions = {}): void {
    if (this.#path !== null)
      throw new UffdscopeError('RECORDING', `It is recorded already, to ${safeText(this.#path)}.`);
    if (maxBytes !== 0 && maxBytes < LEAST_MAX_BYTES)
      throw new UffdscopeError('RECORDING', 'A recording takes at least 1 MiB.', 'Name a larger --max-size.');
    const whole = resolve(path);
    const header = JSON.stringify(describe(this.session, pages));
    try {
      this.session.native.startRecording({ path: whole, header, maxBytes, pages });
    } catch (error) {
      throw cannotWrite(path, error);
    }
    this.#path = whole;
    this.#noted = changing(this.session);
  }

  /** Called when rules or scripts may have changed. */
  noteChange(): void {
    if (this.#path === null) return;
    const now = changing(this.session);
    if (now === this.#noted) return;
    this.#noted = now;
    this.session.native.noteRecording(now);
  }

  /** Everything that has happened is in the file when it resolves. null: it was not on. */
  async stop(left: { readonly released: number; readonly restored: number } | null): Promise<RecordingState | null> {
    const path = this.#path;
    if (path === null) return null;
    this.#path = null;
    const { session } = this;
    const { now } = session.native.snapshot();
    const gone = left !== null && !session.native.alive().target;
    const ending: Ending = {
      summary: summaryRecord(session, now - session.t0),
      released: left?.released ?? 0,
      restored: left?.restored ?? 0,
      gone,
      code: gone ? targetCode(session) : null,
    };
    const done = await session.native.stopRecording(JSON.stringify(ending));
    return done === null ? null : toState(path, done);
  }
}

function toState(path: string, n: Omit<RecordingState, 'path' | 'error'> & { readonly errno: number }): RecordingState {
  const { bytes, faults, lost, dropped, files, errno } = n;
  return { path, bytes, faults, lost, dropped, files, error: errno === 0 ? null : getSystemErrorName(-errno) };
}

function describe(session: NativeJoin, pages: boolean): Description {
  const { target, uffd, options } = session;
  return {
    schema: 'uffdscope.recording/1',
    version,
    time: session.time,
    how: session.how,
    target: { pid: target.pid, comm: target.comm, cmdline: target.cmdline },
    uffd: { ino: uffd.ino, fd: uffd.fd, features: uffd.features },
    seed: session.seed,
    default: options.defaultAnswer,
    source: options.sourceText,
    maxHold: options.maxHold,
    granularity: options.granularity,
    pages,
    rules: rulesOf(session),
    scripts: scriptsOf(session),
  };
}

function changing(session: NativeJoin): string {
  return JSON.stringify({ rules: rulesOf(session), scripts: scriptsOf(session) });
}

function scriptsOf(session: NativeJoin): Description['scripts'] {
  return session.scripts.list().map(({ id, name }) => ({ id, name }));
}

function rulesOf(session: NativeJoin): Description['rules'] {
  return session.rules.list().map(({ id, text, on }) => ({ id, text, on }));
}

function cannotWrite(path: string, cause: unknown): unknown {
  const { call, errno } = cause as { readonly call?: string; readonly errno?: number };
  if (typeof call !== 'string' || typeof errno !== 'number') return cause;
  const name = getSystemErrorName(-errno);
  const why: Readonly<Record<string, string>> = {
    EEXIST: 'is there already and is no recording of yours',
    EBUSY: 'is being written by another uffdscope',
    ELOOP: 'is a symbolic link',
    EISDIR: 'is a folder',
    ENOENT: 'is in a folder that does not exist',
    ENXIO: 'is no regular file',
  };
  const facts = { call, errno: name };
  const sentence = `${safeText(path)} ${why[name] ?? `cannot be written (${call}: ${name})`}.`;
  return new UffdscopeError('RECORDING', sentence, 'Name another file.', facts, { cause });
}
