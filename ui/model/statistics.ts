/** What the session counted, asked for once a second and only while somebody looks. */
import type { Counts, Session } from '../../native/session/types.js';

const EVERY_MS = 1000;
/** Counting a recording of millions takes a while: it may cost so much of the time. */
const COST_SHARE = 10;

export class StatisticsCache {
  #last: Counts | null = null;
  #due = -Infinity;
  #asking = false;

  constructor(
    private readonly session: Session,
    private readonly touch: () => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** null until the first answer is there. */
  get(): Counts | null {
    if (!this.#asking && performance.now() >= this.#due) this.#ask();
    return this.#last;
  }

  #ask(): void {
    this.#asking = true;
    const asked = performance.now();
    this.session.statistics(3).then(
      (counts) => {
        this.#asking = false;
        const now = performance.now();
        this.#due = Math.max(asked + EVERY_MS, now + (now - asked) * COST_SHARE);
        this.#last = counts;
        this.touch();
      },
      (error: unknown) => {
        this.#asking = false;
        this.#due = asked + EVERY_MS;
        this.failed(error);
      },
    );
  }
}
