/** Reads a ring of LogRecords by number and says what was overwritten before it was read. */
import { ACTIONS, BYS, LOG, LOG_SIZE, u64 } from './record-layout.js';
import { byText, type ScriptNames } from './record-view.js';
import type { Action } from './types.js';

const STRIDE = LOG_SIZE / 4;

export interface LogEntry {
  readonly index: number;
  /** Engine clock, ns. */
  readonly t: number;
  readonly type: number;
  readonly monitor: number;
  readonly seq: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly pid: number;
  readonly byId: number;
  readonly err: number;
  readonly action: Action | null;
  readonly by: string | null;
}

export class LogReader {
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;
  /** In entries. */
  readonly capacity: number;

  constructor(
    ring: ArrayBuffer,
    readonly scriptName: ScriptNames = String,
  ) {
    this.#words = new Uint32Array(ring);
    this.#bytes = new Uint8Array(ring);
    this.capacity = ring.byteLength / LOG_SIZE;
  }

  /** The entry numbered `index`, or null when it was overwritten (or is not written yet). */
  at(index: number): LogEntry | null {
    const slot = index % this.capacity;
    const w = slot * STRIDE;
    const b = slot * LOG_SIZE;
    if (u64(this.#words, w) !== index) return null;
    const field = (offset: number) => u64(this.#words, w + offset / 4);
    const by = BYS[this.#bytes[b + LOG.by]!] ?? null;
    const byId = this.#words[w + LOG.byId / 4]!;
    const entry: LogEntry = {
      index,
      t: field(LOG.t),
      type: this.#words[w + LOG.type / 4]!,
      monitor: this.#words[w + LOG.monitor / 4]!,
      seq: field(LOG.seq),
      a: field(LOG.a),
      b: field(LOG.b),
      c: field(LOG.c),
      pid: this.#words[w + LOG.pid / 4]!,
      byId,
      err: this.#words[w + LOG.err / 4]! | 0,
      action: ACTIONS[this.#bytes[b + LOG.action]!] ?? null,
      by: byText(by, byId, this.scriptName),
    };
    return u64(this.#words, w) === index ? entry : null; // overwritten while we looked
  }

  /** Oldest number that can still be there when `last` is the newest. */
  first(last: number): number {
    return Math.max(1, last - this.capacity + 1);
  }
}
