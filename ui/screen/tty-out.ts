/**
 * Bytes to a terminal that may stop reading at any time. We open a non-blocking description of our own: O_NONBLOCK on
 * the inherited one would be shared with the shell, and a plain write to a stopped terminal blocks all of JavaScript.
 */
import { EventEmitter } from 'node:events';
import fs from 'node:fs';

interface Events {
  /** Everything given so far is with the terminal. */
  drained: [];
  /** The terminal is not there any more (EIO after a hangup, EPIPE). */
  gone: [];
}

const RETRY_MS = 20;
const FLAGS = fs.constants.O_WRONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY;

export class TtyOut extends EventEmitter<Events> {
  readonly #fd: number;
  readonly #own: boolean;
  #rest: Buffer | null = null;
  #timer: NodeJS.Timeout | null = null;
  #gone = false;
  /** Bytes taken by the terminal so far. */
  written = 0;

  constructor(ttyFd: number) {
    super();
    const own = openOwn(ttyFd);
    this.#own = own !== null;
    this.#fd = own ?? ttyFd;
  }

  /** A rest waits: compose nothing new until it is gone. */
  get busy(): boolean {
    return this.#rest !== null;
  }

  get gone(): boolean {
    return this.#gone;
  }

  write(text: string): void {
    if (this.#gone || text === '') return;
    const bytes = Buffer.from(text);
    this.#rest = this.#rest ? Buffer.concat([this.#rest, bytes]) : bytes;
    if (this.#timer === null) this.#drain();
  }

  /** Last words: try for `ms`, blocking. For exit paths, where no timer runs any more. */
  flushNow(ms: number): void {
    const end = Date.now() + ms;
    const pause = new Int32Array(new SharedArrayBuffer(4));
    while (this.#rest && !this.#gone) {
      this.#push();
      if (!this.#rest || Date.now() >= end) return;
      Atomics.wait(pause, 0, 0, 10);
    }
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#rest = null;
    if (this.#own && !this.#gone) fs.closeSync(this.#fd);
    this.#gone = true;
  }

  #drain(): void {
    this.#timer = null;
    this.#push();
    if (this.#gone) return;
    if (this.#rest) this.#timer = setTimeout(() => this.#drain(), RETRY_MS);
    else this.emit('drained');
  }

  #push(): void {
    try {
      while (this.#rest) {
        const n = fs.writeSync(this.#fd, this.#rest);
        this.written += n;
        this.#rest = n < this.#rest.length ? this.#rest.subarray(n) : null;
      }
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EAGAIN') return;
      if (code !== 'EIO' && code !== 'EPIPE' && code !== 'ENXIO') throw error;
      this.#rest = null;
      this.#gone = true;
      if (this.#own) fs.closeSync(this.#fd);
      // Not from within write(): the caller is composing, and its state must be whole before anyone reacts.
      setImmediate(() => this.emit('gone'));
    }
  }
}

/** null where neither can be opened (the tty of another user, no controlling terminal): then writes may block. */
function openOwn(ttyFd: number): number | null {
  for (const path of [`/proc/self/fd/${ttyFd}`, '/dev/tty']) {
    try {
      return fs.openSync(path, FLAGS);
    } catch {
      // su without a new terminal gives EACCES on the first; /dev/tty needs no permission on the node.
    }
  }
  return null;
}
