/** e: the bytes of an answer, edited in place of the detail pane. Digits and letters type; arrows and hjkl move. */
import type { App } from '../faces.js';
import { centred } from '../layout.js';
import { parseHex } from '../model/byte-search.js';
import { HexEdit } from '../model/hex-edit.js';
import { BYTES_PER_ROW, byteColumn, hexdumpRows } from '../rows/hexdump.js';
import type { Rect } from '../screen/compose.js';
import type { KeyPress } from '../screen/keys.js';
import type { Overlay } from './view.js';

export interface HexJob {
  readonly title: string;
  readonly bytes: Uint8Array;
  readonly original: Uint8Array;
  /** Offset of the byte that faulted. */
  readonly touched: number;
}

const ROWS = 24;
const WIDTH = 76;

export class HexEditor implements Overlay {
  readonly mode = 'hex';
  readonly title: string;
  readonly edit: HexEdit;
  #top = 0;
  #height = 1;

  constructor(
    private readonly app: App,
    private readonly job: HexJob,
    private readonly answer: (bytes: Uint8Array | null) => void,
  ) {
    this.title = job.title;
    this.edit = new HexEdit(job.bytes, job.original, job.touched);
  }

  frame(columns: number, rows: number): Rect {
    return centred(columns, rows, Math.min(WIDTH, columns - 2), Math.min(ROWS, rows - 4));
  }

  rows(height: number, width: number): string[] {
    this.#height = Math.max(1, height);
    const row = Math.floor(this.edit.cursor / BYTES_PER_ROW);
    if (row < this.#top) this.#top = row;
    if (row >= this.#top + this.#height) this.#top = row - this.#height + 1;
    const { bytes, original, cursor, side } = this.edit;
    const dump = { bytes, top: this.#top, touched: this.job.touched, original, cursor, side, match: null };
    return hexdumpRows(dump, height, width, this.app.paint);
  }

  footer(): string {
    const n = this.edit.changed;
    return `${n === 0 ? 'unchanged' : `${n} changed`}  tab ${this.edit.side === 'hex' ? 'text' : 'hex'}  enter keep  esc drop`;
  }

  cursor(_width: number): { x: number; y: number } {
    const { cursor, side, low, bytes } = this.edit;
    const x = byteColumn(cursor % BYTES_PER_ROW, side, bytes.length) + (side === 'hex' && low ? 1 : 0);
    return { x, y: Math.floor(cursor / BYTES_PER_ROW) - this.#top };
  }

  get page(): number {
    return this.#height;
  }

  move(delta: number): void {
    if (delta === Infinity) this.edit.move(this.edit.bytes.length);
    else if (delta === -Infinity) this.edit.move(-this.edit.bytes.length);
    else this.edit.move(delta * BYTES_PER_ROW);
    this.app.touch();
  }

  side(delta: -1 | 1): void {
    this.edit.move(delta);
    this.app.touch();
  }

  otherSide(): void {
    this.edit.side = this.edit.side === 'hex' ? 'ascii' : 'hex';
    this.edit.low = false;
    this.app.touch();
  }

  undo(): void {
    if (!this.edit.undo()) this.app.say('nothing to undo');
    this.app.touch();
  }

  /** Back to what the answer would have been. */
  revert(): void {
    this.edit.replace(this.job.original);
    this.app.touch();
  }

  typed(key: KeyPress): boolean {
    if (this.edit.side === 'ascii') {
      if (key.text.length !== 1 || key.text.charCodeAt(0) > 0x7e) return false;
      this.edit.byte(key.text.charCodeAt(0));
    } else {
      if (!/^[0-9a-f]$/.test(key.name)) return false; // capital E and V are commands
      this.edit.nibble(Number.parseInt(key.name, 16));
    }
    this.app.touch();
    return true;
  }

  pasted(text: string): void {
    const bytes = this.edit.side === 'hex' ? parseHex(text) : new TextEncoder().encode(text);
    if (bytes === null) this.app.say('what was pasted is not bytes in hex', 'warn');
    else this.edit.paste(bytes);
    this.app.touch();
  }

  click(row: number, column: number): void {
    const { length } = this.edit.bytes;
    const start = (this.#top + row) * BYTES_PER_ROW;
    for (const side of ['hex', 'ascii'] as const) {
      for (let i = 0; i < BYTES_PER_ROW && start + i < length; i++) {
        const at = byteColumn(i, side, length);
        if (column < at || column >= at + (side === 'hex' ? 2 : 1)) continue;
        this.edit.side = side;
        this.edit.move(start + i - this.edit.cursor);
        this.app.touch();
      }
    }
  }

  accept(): void {
    this.app.overlays.remove(this);
    this.answer(this.edit.bytes);
  }

  cancel(): void {
    this.app.overlays.remove(this);
    this.answer(null);
  }
}
