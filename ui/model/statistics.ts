/** What the session counted, asked for once a second and only while somebody looks. */
import type { Counts, Session } from '../../native/session/types.js';

const EVERY_MS = 1000;

export class StatisticsCache {
  #last: Counts | null = null;
  #askedAt = -Infinity;
  #asking = false;

  constructor(
    private readonly session: Session,
    private readonly touch: () => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** null until the first answer is there. */
  get(): Counts | null {
    if (!this.#asking && performance.now() - this.#askedAt >= EVERY_MS) this.#ask();
    return this.#last;
  }

  #ask(): void {
    this.#asking = true;
    this.#askedAt = performance.now();
    this.session.statistics(3).then(
      (counts) => {
        this.#asking = false;
        this.#last = counts;
        this.touch();
      },
      (error: unknown) => {
        this.#asking = false;
        this.failed(error);
      },
    );
  }
}
