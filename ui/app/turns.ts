/**
 * One thing at a time: what a person did is taken in order, each in a turn of its own, so that a dialog which one key
 * opens is there before the next key comes, even where a slow line brings both at once. `hold` lets the rest wait.
 */
export class Turns {
  #waiting: (() => void)[] = [];
  #scheduled = false;
  #open = true;
  /** Which hold is the newest: an older one has nothing to release. */
  #holds = 0;

  add(work: () => void): void {
    this.#waiting.push(work);
    this.#schedule();
  }

  /** Nothing of what waits will be done. */
  clear(): void {
    this.#waiting = [];
    this.#holds++;
    this.#open = true;
  }

  /** Wait until the function given back is called; calling it twice does no harm. */
  hold(): () => void {
    this.#open = false;
    const mine = ++this.#holds;
    return () => {
      if (mine !== this.#holds) return;
      this.#open = true;
      this.#schedule();
    };
  }

  #schedule(): void {
    if (this.#scheduled || !this.#open || this.#waiting.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#open) this.#waiting.shift()?.();
      this.#schedule();
    });
  }
}
