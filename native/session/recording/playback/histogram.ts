/** Times in buckets of at most 1.6 % width, so that quantiles of a million can be kept for every moment. */

const SUB = 64;
/** Up to 2^53 ns. */
export const BUCKETS = SUB * 49;

export function bucketOf(ns: number): number {
  if (ns < SUB) return Math.max(0, Math.floor(ns));
  if (ns < 2 ** 32) {
    const few = 25 - Math.clz32(ns);
    return few * SUB + (ns >>> few);
  }
  const shift = Math.floor(Math.log2(ns)) - 6;
  return Math.min(BUCKETS - 1, shift * SUB + Math.floor(ns / 2 ** shift));
}

/** The longest time that falls into it. */
export function upperOf(bucket: number): number {
  if (bucket < SUB) return bucket;
  const shift = Math.floor(bucket / SUB) - 1;
  return (SUB + (bucket % SUB) + 1) * 2 ** shift - 1;
}

/** For ascending shares of `total`: the time that so many did not exceed. `at` gives the count of a bucket. */
export function quantiles(shares: readonly number[], total: number, at: (bucket: number) => number): number[] {
  const found: number[] = [];
  let seen = 0;
  for (let bucket = 0; bucket < BUCKETS && found.length < shares.length; bucket++) {
    seen += at(bucket);
    while (found.length < shares.length && seen >= Math.max(1, Math.ceil(shares[found.length]! * total)))
      found.push(upperOf(bucket));
  }
  while (found.length < shares.length) found.push(0);
  return found;
}
