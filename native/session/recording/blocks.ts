/** One file of a recording: its header, then every block that is whole. What is not whole is left out and said. */
import fs from 'node:fs';
import { UffdscopeError } from '../errors.js';
import { safeText } from '../safe-text.js';
import { crc32c } from './crc32c.js';
import { BLOCK_HEADER, BLOCK_MAGIC, FILE_HEADER, LARGEST_BLOCK, MAGIC, VERSION } from './format.js';

export interface FileHeader {
  readonly id: bigint;
  readonly part: number;
  /** Engine clock, ns, that times count from. */
  readonly began: number;
  /** Faults in older parts that are gone. */
  readonly dropped: number;
}

export interface Block {
  /** Where it begins in its file. */
  readonly at: number;
  readonly type: number;
  readonly payload: Buffer;
}

/** What is wrong with a place of the file, as one sentence. */
export interface Damage {
  readonly damage: string;
}

export class BlockFile {
  readonly header: FileHeader;
  readonly #fd: number;
  readonly #size: number;

  /** @throws UffdscopeError RECORDING: it cannot be read, is no recording, or comes from a newer version. */
  constructor(readonly path: string) {
    this.#fd = open(path);
    try {
      const stat = fs.fstatSync(this.#fd);
      if (!stat.isFile()) throw refused(path, 'is no regular file');
      this.#size = stat.size;
      this.header = fileHeader(path, this.#read(0, FILE_HEADER));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    fs.closeSync(this.#fd);
  }

  *blocks(): Generator<Block | Damage> {
    // A file made to mislead may offer a block at every byte: so much is checked in vain, and no more.
    let patience = 2 * this.#size + LARGEST_BLOCK;
    let at = FILE_HEADER;
    let lostFrom = -1;
    while (at < this.#size) {
      const found = this.#blockAt(at);
      if (found.block !== null) {
        if (lostFrom >= 0) yield { damage: `${at - lostFrom} damaged bytes at ${lostFrom} are left out` };
        lostFrom = -1;
        yield found.block;
        at += BLOCK_HEADER + found.block.payload.length;
        at += (8 - (at % 8)) % 8;
        continue;
      }
      if (lostFrom < 0) lostFrom = at;
      patience -= found.checked;
      if (patience <= 0) break;
      const next = this.#nextMagic(at + 8);
      if (next < 0) break;
      at = next;
    }
    if (lostFrom >= 0)
      yield {
        damage: `its end is missing or damaged: ${this.#size - lostFrom} bytes from ${lostFrom} on are left out`,
      };
  }

  /** The block that begins there, or null: the file has changed since it was found. */
  block(at: number): Block | null {
    return this.#blockAt(at).block;
  }

  #blockAt(at: number): { readonly block: Block | null; readonly checked: number } {
    const none = { block: null, checked: BLOCK_HEADER };
    const head = this.#read(at, BLOCK_HEADER);
    if (head.length < BLOCK_HEADER || head.readUInt32LE(0) !== BLOCK_MAGIC) return none;
    const length = head.readUInt32LE(8);
    if (length > LARGEST_BLOCK || at + BLOCK_HEADER + length > this.#size) return none;
    const payload = this.#read(at + BLOCK_HEADER, length);
    if (payload.length < length) return none; // it shrank while we read
    const crc = crc32c(payload, crc32c(head.subarray(0, BLOCK_HEADER - 4)));
    if (crc !== head.readUInt32LE(BLOCK_HEADER - 4)) return { block: null, checked: BLOCK_HEADER + length };
    return { block: { at, type: head.readUInt32LE(4), payload }, checked: 0 };
  }

  /** Blocks begin at multiples of 8. */
  #nextMagic(from: number): number {
    for (let at = from; at < this.#size; at += 1 << 20) {
      const part = this.#read(at, 1 << 20);
      for (let i = 0; i + 4 <= part.length; i += 8) if (part.readUInt32LE(i) === BLOCK_MAGIC) return at + i;
    }
    return -1;
  }

  #read(at: number, length: number): Buffer {
    const into = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.#size - at)));
    let got = 0;
    while (got < into.length) {
      const n = fs.readSync(this.#fd, into, got, into.length - got, at + got);
      if (n === 0) break;
      got += n;
    }
    return into.subarray(0, got);
  }
}

function open(path: string): number {
  try {
    return fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw refused(path, code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`, '', cause);
  }
}

function fileHeader(path: string, head: Buffer): FileHeader {
  if (head.length < 12 || !head.subarray(0, 8).equals(MAGIC))
    throw refused(path, 'is no recording', 'A recording is made with --record FILE or: uffdscope record PID -o FILE');
  const version = head.readUInt32LE(8);
  // A newer version may look different from here on; only this much is promised.
  if (version > VERSION)
    throw refused(
      path,
      `is a recording of format ${version}, and this uffdscope reads up to ${VERSION}`,
      'A newer uffdscope reads it.',
    );
  const whole = head.length === FILE_HEADER && crc32c(head.subarray(0, FILE_HEADER - 4));
  if (version === 0 || whole === false || whole !== head.readUInt32LE(FILE_HEADER - 4))
    throw refused(path, 'is a recording whose first bytes are damaged');
  return {
    id: head.readBigUInt64LE(16),
    part: head.readUInt32LE(24),
    began: Number(head.readBigInt64LE(32)),
    dropped: Number(head.readBigUInt64LE(40)),
  };
}

export function refused(path: string, why: string, hint = '', cause?: unknown): UffdscopeError {
  return new UffdscopeError('RECORDING', `${safeText(path)} ${why}.`, hint, {}, { cause });
}
