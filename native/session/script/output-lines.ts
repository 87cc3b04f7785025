/** What a script prints, as lines: of a length and a number that its host can bear, however much comes without an end. */

export const MOST_OF_A_LINE = 2000;
export const LINES_A_SECOND = 200;

/** Characters to lines. Of a line only its beginning is kept, so one that never ends costs nothing. */
export class LineSplitter {
  #line = '';

  constructor(private readonly each: (line: string) => void) {}

  take(text: string): void {
    let from = 0;
    for (;;) {
      const end = text.indexOf('\n', from);
      const to = end < 0 ? text.length : end;
      if (this.#line.length < MOST_OF_A_LINE)
        this.#line += text.slice(from, Math.min(to, from + MOST_OF_A_LINE - this.#line.length));
      if (end < 0) return;
      this.end();
      from = end + 1;
    }
  }

  /** Nothing more comes: what has no newline is a line as well. */
  end(): void {
    const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line;
    this.#line = '';
    if (line !== '') this.each(line);
  }
}

/** So many lines a second; of what is beyond, one word at the beginning of the flood. */
export class LineLimit {
  #second = -Infinity;
  #lines = 0;
  #flooded = false;

  /** `now`: ms of a clock that does not go back. */
  constructor(
    private readonly print: (line: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  take(line: string): void {
    const now = this.now();
    if (now - this.#second >= 1000) {
      // A second that stood within its bounds ends the flood; the next is said again.
      if (this.#lines <= LINES_A_SECOND) this.#flooded = false;
      this.#second = now;
      this.#lines = 0;
    }
    if (++this.#lines <= LINES_A_SECOND) return this.print(line);
    if (this.#flooded) return;
    this.#flooded = true;
    this.print(`… lines left out: more than ${LINES_A_SECOND} came within a second`);
  }
}
