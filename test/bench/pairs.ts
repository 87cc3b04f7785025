/** Alternating pairs: two ways to do the same, run in turn on the same pinned CPUs, compared by the ratio in each pair. */

export interface Ratio {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly pairs: number;
}

/** b / a for `count` pairs; which one goes first changes from pair to pair. */
export async function alternate(
  count: number,
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<Ratio & { readonly a: number[]; readonly b: number[] }> {
  const as: number[] = [];
  const bs: number[] = [];
  for (let i = 0; i < count; i++) {
    if (i % 2 === 0) {
      as.push(await a());
      bs.push(await b());
    } else {
      bs.push(await b());
      as.push(await a());
    }
  }
  const ratios = as.map((x, i) => bs[i]! / x).toSorted((x, y) => x - y);
  return { median: median(ratios), low: ratios[0]!, high: ratios.at(-1)!, pairs: count, a: as, b: bs };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function ratioText({ median: m, low, high, pairs }: Ratio): string {
  return `${m.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)}, ${pairs} pairs)`;
}
