/** Bytes being edited: a cursor in the hex or the text half, typing, and undo. No drawing. */

interface Step {
  readonly at: number;
  readonly before: number;
  readonly cursor: number;
  readonly low: boolean;
}

export class HexEdit {
  readonly bytes: Uint8Array;
  readonly original: Uint8Array;
  cursor: number;
  /** The second half of a byte is typed next. */
  low = false;
  side: 'hex' | 'ascii' = 'hex';
  #undo: Step[] = [];

  constructor(bytes: Uint8Array, original: Uint8Array, cursor: number) {
    this.bytes = Uint8Array.from(bytes);
    this.original = original;
    this.cursor = Math.max(0, Math.min(bytes.length - 1, cursor));
  }

  get changed(): number {
    let n = 0;
    for (let i = 0; i < this.bytes.length; i++) if (this.bytes[i] !== this.original[i]) n++;
    return n;
  }

  move(delta: number): void {
    this.low = false;
    this.cursor = Math.max(0, Math.min(this.bytes.length - 1, this.cursor + delta));
  }

  /** One hex digit. */
  nibble(digit: number): void {
    const old = this.bytes[this.cursor]!;
    this.#put(this.low ? (old & 0xf0) | digit : (digit << 4) | (old & 0x0f));
    if (this.low) this.move(1);
    else this.low = true;
  }

  /** One byte of text. */
  byte(value: number): void {
    this.#put(value);
    this.move(1);
  }

  /** Several at once, from the cursor on, as far as they fit. */
  paste(bytes: Uint8Array): void {
    for (const value of bytes.subarray(0, this.bytes.length - this.cursor)) {
      const last = this.cursor === this.bytes.length - 1;
      this.byte(value);
      if (last) break;
    }
  }

  replace(bytes: Uint8Array): void {
    const cursor = this.cursor;
    for (let i = 0; i < Math.min(bytes.length, this.bytes.length); i++) {
      if (bytes[i] === this.bytes[i]) continue;
      this.cursor = i;
      this.#put(bytes[i]!);
    }
    this.cursor = cursor;
    this.low = false;
  }

  undo(): boolean {
    const step = this.#undo.pop();
    if (!step) return false;
    this.bytes[step.at] = step.before;
    this.cursor = step.cursor;
    this.low = step.low;
    return true;
  }

  #put(value: number): void {
    this.#undo.push({ at: this.cursor, before: this.bytes[this.cursor]!, cursor: this.cursor, low: this.low });
    this.bytes[this.cursor] = value;
  }
}
