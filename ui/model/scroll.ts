/** Focus and first row of a list that knows its length only when asked. */
export class Scroll {
  focus = 0;
  top = 0;
  #height = 1;

  /** By rows; ±Infinity goes to an end. */
  move(delta: number, length: number): void {
    this.to(delta === Infinity ? length - 1 : delta === -Infinity ? 0 : this.focus + delta, length);
  }

  to(row: number, length: number): void {
    this.focus = Math.max(0, Math.min(length - 1, row));
    this.show(this.#height, length);
  }

  /** The window of `height` rows moves only as far as the focus asks. */
  show(height: number, length: number): void {
    this.#height = Math.max(1, height);
    this.focus = Math.max(0, Math.min(length - 1, this.focus));
    if (this.focus < this.top) this.top = this.focus;
    if (this.focus >= this.top + this.#height) this.top = this.focus - this.#height + 1;
    this.top = Math.max(0, Math.min(this.top, length - this.#height));
  }

  /** Rows of one page. */
  get page(): number {
    return Math.max(1, this.#height - 1);
  }
}
