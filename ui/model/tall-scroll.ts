/** A list whose entries take some rows each. */
import { Scroll } from './scroll.js';

export class TallScroll extends Scroll {
  /** Which entry stands in each row that is shown. */
  #shown: readonly number[] = [];

  /** At most `height` rows: those above the focus give way until all of it is in sight. */
  window(entries: readonly (readonly string[])[], height: number): string[] {
    let { top } = this;
    while (top < this.focus && entries.slice(top, this.focus + 1).flat().length > height) top++;
    this.#shown = entries.slice(top).flatMap((rows, i) => rows.map(() => top + i));
    return entries.slice(top).flat().slice(0, Math.max(0, height));
  }

  /** The focus goes to the entry in this row of the window. */
  click(row: number, length: number): void {
    const at = this.#shown[row];
    if (at !== undefined) this.to(at, length);
  }
}
