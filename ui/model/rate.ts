/** Faults a second, now and over the last minutes, from a counter that is looked at now and then. */

const BUCKET_NS = 1e9;
const KEPT = 600;
const RECENT_NS = 1e9;

export interface Rate {
  /** `now` in ns, `count` all faults so far. */
  sample(now: number, count: number): void;
  /** A second, over the last second. */
  readonly perSecond: number;
  /** One value a second, oldest first. */
  readonly history: readonly number[];
}

export class RateMeter implements Rate {
  #samples: { t: number; count: number }[] = [];
  #buckets: number[] = [];
  #bucketEnd = 0;
  #bucketCount = 0;

  sample(now: number, count: number): void {
    const first = this.#samples.length === 0;
    this.#samples.push({ t: now, count });
    while (this.#samples.length > 2 && this.#samples[1]!.t < now - RECENT_NS) this.#samples.shift();
    if (first) {
      this.#bucketEnd = now + BUCKET_NS;
      this.#bucketCount = count;
    }
    while (now >= this.#bucketEnd) {
      this.#buckets.push(count - this.#bucketCount);
      this.#bucketCount = count;
      this.#bucketEnd += BUCKET_NS;
      if (this.#buckets.length > KEPT) this.#buckets.shift();
    }
  }

  get perSecond(): number {
    const [oldest] = this.#samples;
    const newest = this.#samples.at(-1);
    if (!oldest || !newest || newest.t <= oldest.t) return 0;
    return ((newest.count - oldest.count) / (newest.t - oldest.t)) * 1e9;
  }

  get history(): readonly number[] {
    return this.#buckets;
  }
}
