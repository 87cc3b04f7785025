/** Sets of characters as sorted, disjoint ranges of code points; what a class of a pattern compiles to. */

/** First and last code point. */
export type CharRange = readonly [lo: number, hi: number];

const LAST = 0x10ffff;

const range = (from: string, to: string): CharRange => [from.charCodeAt(0), to.charCodeAt(0)];

export const DIGIT: readonly CharRange[] = [range('0', '9')];
export const WORD: readonly CharRange[] = [range('0', '9'), range('A', 'Z'), range('_', '_'), range('a', 'z')];
export const SPACE: readonly CharRange[] = [range('\t', '\r'), range(' ', ' ')];

/** Sorted, and joined where they touch. */
export function normalize(ranges: readonly CharRange[]): CharRange[] {
  const result: CharRange[] = [];
  for (const [lo, hi] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && lo <= last[1] + 1) result[result.length - 1] = [last[0], Math.max(last[1], hi)];
    else result.push([lo, hi]);
  }
  return result;
}

/** Everything else. Takes and gives normalized ranges. */
export function complement(ranges: readonly CharRange[]): CharRange[] {
  const result: CharRange[] = [];
  let next = 0;
  for (const [lo, hi] of ranges) {
    if (lo > next) result.push([next, lo - 1]);
    next = hi + 1;
  }
  if (next <= LAST) result.push([next, LAST]);
  return result;
}

/** Adds the other case of every ASCII letter, and of nothing else, so that both compilers need no tables. */
export function foldCase(ranges: readonly CharRange[]): CharRange[] {
  const more = [...ranges];
  for (const [lo, hi] of ranges) {
    const upper = [Math.max(lo, 0x41), Math.min(hi, 0x5a)] as const;
    const lower = [Math.max(lo, 0x61), Math.min(hi, 0x7a)] as const;
    if (upper[0] <= upper[1]) more.push([upper[0] + 32, upper[1] + 32]);
    if (lower[0] <= lower[1]) more.push([lower[0] - 32, lower[1] - 32]);
  }
  return normalize(more);
}
