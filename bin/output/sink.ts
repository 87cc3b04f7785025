/**
 * Our end of stdout: data in, in order, whole. A reader that goes away (`| head`) is an orderly end, and one that stops
 * reading stops only whoever awaits `drain`, never the JavaScript thread.
 */
import fs from 'node:fs';

const HIGH_WATER = 1 << 20;
const RETRY_MS = 5;

export class Sink {
  readonly #closed = new AbortController();
  /** Of the process, as it was given to us. */
  readonly fd: number;
  readonly #fd: number;
  readonly #blocking: boolean;
  #pending: string[] = [];
  #pendingLength = 0;
  #rest: Buffer | null = null;
  #writing: Promise<void> | null = null;
  #failure: Error | null = null;
  #scheduled = false;

  constructor(fd: number) {
    this.fd = fd;
    const own = openOwn(fd);
    this.#fd = own ?? fd;
    this.#blocking = own === null;
  }

  /** Aborted once the reader is gone; what is written after that is dropped. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Told from outside that nobody reads any more, in a time in which no write would show it. */
  close(): void {
    this.#closed.abort();
  }

  /** Leaves within this turn of the event loop; `drain` between batches keeps a slow reader from filling memory. */
  write(text: string): void {
    if (this.#closed.signal.aborted) return;
    this.#pending.push(text);
    this.#pendingLength += text.length;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#start();
    });
  }

  /** Resolves once there is room for more: at once, unless the reader is slow. @throws what writing failed with. */
  async drain(): Promise<void> {
    if (this.#failure !== null) throw this.#failure; // a full disk: nothing more will be kept, so do not go on
    if (this.#pendingLength >= HIGH_WATER) await this.flush();
  }

  /** Everything written so far is with the kernel, or the reader is gone. @throws what writing failed with. */
  async flush(): Promise<void> {
    while ((this.#pendingLength > 0 || this.#rest !== null) && !this.closed.aborted && !this.#failure) {
      await this.#start();
    }
    if (this.#failure !== null) throw this.#failure;
  }

  #start(): Promise<void> {
    this.#writing ??= this.#run()
      .catch((error: Error) => void (this.#failure = error)) // told by the next drain or flush
      .finally(() => (this.#writing = null));
    return this.#writing;
  }

  async #run(): Promise<void> {
    while (!this.#closed.signal.aborted) {
      this.#rest ??= this.#take();
      if (this.#rest === null) return;
      try {
        const written = await this.#writeSome(this.#rest);
        this.#rest = written < this.#rest.length ? this.#rest.subarray(written) : null;
      } catch (error) {
        await this.#recover(error as NodeJS.ErrnoException);
      }
    }
  }

  #take(): Buffer | null {
    if (this.#pendingLength === 0) return null;
    const text = this.#pending.join('');
    this.#pending = [];
    this.#pendingLength = 0;
    return Buffer.from(text, 'utf8');
  }

  #writeSome(bytes: Buffer): number | Promise<number> {
    if (!this.#blocking) return fs.writeSync(this.#fd, bytes);
    return new Promise((resolve, reject) => {
      fs.write(this.#fd, bytes, 0, bytes.length, null, (error, written) => (error ? reject(error) : resolve(written)));
    });
  }

  async #recover(error: NodeJS.ErrnoException): Promise<void> {
    if (error.code === 'EAGAIN') {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      return;
    }
    this.#rest = null;
    this.#pending = [];
    this.#pendingLength = 0;
    if (error.code === 'EPIPE' || error.code === 'EIO') {
      this.#closed.abort(); // the reader went away; a hung-up terminal gives EIO
      return;
    }
    throw error; // ENOSPC and the like: the data is not there, and the exit status must say so
  }
}

/**
 * A non-blocking description of our own for pipes and terminals; O_NONBLOCK on the inherited one would be the shell's
 * too. A file must go on with its shared offset, a socket cannot be opened: those are written on the thread pool.
 */
function openOwn(fd: number): number | null {
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFIFO() && !stat.isCharacterDevice()) return null;
    return fs.openSync(`/proc/self/fd/${fd}`, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY);
  } catch {
    return null; // another user's terminal, perhaps; then as for files
  }
}
