/** The line to the session: messages, counters that are sent a few times a second, expectations told once each. */
import type { FromScript } from '../messages.js';

const COUNTS_EVERY_MS = 100;
const LINE_LIMIT = 2000;

export class Link {
  readonly #counts = new Map<string, number>();
  readonly #expected = new Map<string, number>();
  #due: NodeJS.Timeout | undefined;

  send(message: FromScript): void {
    if (process.connected) process.send!(message);
  }

  log(text: string): void {
    this.send({ say: 'log', text: text.slice(0, LINE_LIMIT) });
  }

  error(text: string): void {
    this.send({ say: 'error', text: text.slice(0, LINE_LIMIT) });
  }

  count(name: string, by: number): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
    this.#soon();
  }

  expected(text: string): void {
    this.#expected.set(text, (this.#expected.get(text) ?? 0) + 1);
    this.#soon();
  }

  flush(): void {
    clearTimeout(this.#due);
    this.#due = undefined;
    if (this.#counts.size > 0) this.send({ say: 'counts', counts: Object.fromEntries(this.#counts) });
    for (const [text, times] of this.#expected) this.send({ say: 'expected', text, times });
  }

  #soon(): void {
    this.#due ??= setTimeout(() => this.flush(), COUNTS_EVERY_MS);
  }
}
