/** One process of a script: started, spoken to, watched, ended. It knows nothing of the other scripts. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../addon/load.js';
import type { NativeScriptCounts, NativeSession } from '../../addon/session-binding.js';
import type { FromScript, Manifest, ToScript } from './messages.js';
import { LineLimit, LineSplitter } from './output-lines.js';

/** ScriptOff of native/engine/scripts/script_port.h. */
export const OFF_REASONS = ['', 'endless', 'misses', 'ended', 'by-hand'] as const;

const MIB = 2 ** 20;
/** Of the script's own objects; buffers beside it come out of MEMORY. */
const HEAP_MIB = 256;
const MEMORY = 1024 * MIB;
const RESIDENT = 768 * MIB;
const LOAD_WITHIN_MS = 10_000;
const LOOK_MS = 200;
const PART_MS = 500;

export interface Birth {
  readonly native: NativeSession;
  readonly script: number;
  readonly path: string;
  readonly name: string;
  readonly begin: Extract<ToScript, { say: 'begin' }>;
  readonly hear: (message: FromScript) => void;
  /** What it printed. */
  readonly printed: (line: string) => void;
  /** It ended, with the reason as half a sentence. */
  readonly ended: (why: string) => void;
}

export class ScriptProcess {
  readonly handle: number;
  readonly #child: ChildProcess;
  readonly #birth: Birth;
  readonly #watch: NodeJS.Timeout;
  readonly #limit: LineLimit;
  #why = '';
  #ended = false;
  #noise = false;
  readonly #gone: Promise<void>;
  manifest: Manifest | null = null;

  constructor(birth: Birth) {
    this.#birth = birth;
    const { native } = birth;
    const fds = native.scriptOpen(birth.script, birth.name, birth.begin.seed);
    this.handle = fds.handle;
    const host = join(packageRoot(), 'dist/native/session/script/host/main.js');
    const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MIB}`, '--no-warnings', host], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', fds.memory, fds.asked, fds.answered, fds.uffd, fds.journal],
      serialization: 'advanced',
      env: { ...process.env, NODE_OPTIONS: '', NODE_CHANNEL_SERIALIZATION_MODE: undefined },
      ...realUser(),
    });
    this.#child = child;
    this.#gone = new Promise((resolve) => {
      child.once('error', (error) => this.#end(`could not be started (${error.message})`, resolve));
      child.once('exit', (code, signal) => this.#end(endText(code, signal), resolve));
    });
    child.on('message', (message: FromScript) => this.#hear(message));
    this.#limit = new LineLimit(birth.printed);
    for (const stream of [child.stdout!, child.stderr!]) {
      const lines = new LineSplitter((line) => this.#print(line));
      stream.setEncoding('utf8').on('data', (text: string) => lines.take(text));
      stream.on('end', () => lines.end());
    }
    child.once('spawn', () => {
      try {
        native.scriptProcess(this.handle, child.pid!);
        this.send({ ...birth.begin, memory: MEMORY });
      } catch {
        this.kill('it ended at once');
      }
    });
    this.#watch = setInterval(() => this.#lookAtMemory(), LOOK_MS).unref();
    child.unref();
    child.channel?.unref();
    for (const stream of [child.stdout!, child.stderr!]) (stream as unknown as { unref(): void }).unref();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }
  get alive(): boolean {
    return !this.#ended;
  }

  /** Its manifest, once it has loaded and attached; throws Error with the reason where it does not. */
  async ready(): Promise<Manifest> {
    const loaded = new Promise<Manifest>((resolve, reject) => {
      this.#loaded = { resolve, reject };
    });
    const timer = setTimeout(
      () => this.kill(`it did not finish loading within ${LOAD_WITHIN_MS / 1000} s`),
      LOAD_WITHIN_MS,
    );
    try {
      this.manifest = await loaded;
      return this.manifest;
    } finally {
      clearTimeout(timer);
    }
  }
  #loaded: { resolve(manifest: Manifest): void; reject(error: Error): void } | null = null;

  send(message: ToScript): void {
    if (this.#child.connected) this.#child.send(message, () => undefined); // it may end meanwhile; `ended` tells
  }

  counts(): NativeScriptCounts {
    return this.#last ?? this.#birth.native.scriptCounts(this.handle);
  }
  #last: NativeScriptCounts | null = null;

  /** ns; looked up again only when more was answered. */
  get median(): number | null {
    const { answered } = this.counts();
    if (this.#last || answered === this.#medianOf.answered) return this.#medianOf.ns;
    const ns = this.#birth.native.scriptMedian(this.handle) || null;
    this.#medianOf = { answered, ns };
    return ns;
  }
  #medianOf: { readonly answered: number; readonly ns: number | null } = { answered: 0, ns: null };

  /** At once. `why`: half a sentence, for those who ask. */
  kill(why: string): void {
    this.#why ||= why;
    this.#child.kill('SIGKILL');
  }

  /** Its onDetach, then its end. */
  async part(): Promise<void> {
    this.#child.ref();
    if (this.alive && this.manifest !== null) {
      this.send({ say: 'detach' });
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, PART_MS)));
      await Promise.race([this.#detached, this.#gone, late]);
      clearTimeout(timer);
    }
    this.kill('it was ended');
    await this.#gone;
    this.close();
  }
  #tellDetached: () => void = () => undefined;
  readonly #detached = new Promise<void>((resolve) => (this.#tellDetached = resolve));

  /** After this nothing may be asked of it. */
  close(): void {
    if (this.#last) return;
    this.#last = this.counts();
    this.#birth.native.scriptClose(this.handle);
  }

  #hear(message: FromScript): void {
    if (typeof message !== 'object' || message === null) return;
    if (message.say === 'ready') return this.#loaded?.resolve(message);
    if (message.say === 'failed') {
      this.#why ||= message.text;
      this.#loaded?.reject(new Error(message.text));
      return this.kill(message.text);
    }
    if (message.say === 'detached') return this.#tellDetached();
    this.#birth.hear(message);
  }

  /** Node's own last words are not the script's. */
  #print(line: string): void {
    if (/heap out of memory|Array buffer allocation failed/i.test(line)) this.#why ||= 'it ran out of memory';
    if (/^<--- Last few GCs --->|^FATAL ERROR|^#\s*$|^-----/.test(line)) this.#noise = true;
    if (!this.#noise) this.#limit.take(line);
  }

  #lookAtMemory(): void {
    let pages: number;
    try {
      pages = Number(readFileSync(`/proc/${this.#child.pid}/statm`, 'latin1').split(' ')[1]);
    } catch {
      return; // it has just ended; `exit` tells
    }
    if (pages * 4096 > RESIDENT) this.kill(`it took more than ${RESIDENT / MIB} MiB of memory`);
  }

  #end(text: string, resolve: () => void): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#watch);
    // What it printed last may say why, and is read a moment later.
    setTimeout(() => {
      const why = this.#why || text;
      this.#loaded?.reject(new Error(why));
      this.#birth.ended(why);
      resolve();
    }, 20);
  }
}

/** Where sudo started us, scripts run as who called it. */
function realUser(): { uid?: number; gid?: number } {
  const uid = Number(process.env['SUDO_UID']);
  const gid = Number(process.env['SUDO_GID']);
  if (process.getuid?.() !== 0 || !Number.isInteger(uid) || uid <= 0 || !Number.isInteger(gid)) return {};
  return { uid, gid };
}

function endText(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGABRT' || signal === 'SIGTRAP' || code === 134) return 'it ran out of memory';
  return signal ? `it was ended by ${signal}` : `it ended by itself with status ${code}`;
}
