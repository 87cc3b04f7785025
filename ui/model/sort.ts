/**
 * Stable ascending order of numbers: a radix sort over their bits, since a comparator over a million keys takes a
 * second and a screen has a tenth. Returns indices into `keys`.
 */
export function sortedOrder(keys: Float64Array): Uint32Array {
  const n = keys.length;
  const words = sortableWords(keys);
  let from = new Uint32Array(n);
  for (let i = 0; i < n; i++) from[i] = i;
  let to = new Uint32Array(n);
  for (const half of [0, 1]) {
    for (const shift of [0, 16]) {
      const counts = new Uint32Array(0x10001);
      for (let i = 0; i < n; i++) counts[((words[i * 2 + half]! >>> shift) & 0xffff) + 1]!++;
      if (counts.some((count, bucket) => bucket > 0 && count === n)) continue; // all the same here
      for (let b = 0; b < 0x10000; b++) counts[b + 1]! += counts[b]!;
      for (let i = 0; i < n; i++) {
        const index = from[i]!;
        to[counts[(words[index * 2 + half]! >>> shift) & 0xffff]!++] = index;
      }
      [from, to] = [to, from];
    }
  }
  return from;
}

/** Low and high word of each key, such that unsigned order of the words is the order of the numbers. */
function sortableWords(keys: Float64Array): Uint32Array {
  const words = new Uint32Array(Float64Array.from(keys).buffer);
  for (let i = 0; i < words.length; i += 2) {
    // IEEE 754: negative numbers sort backwards, so all their bits are turned; others get their sign bit set.
    const negative = words[i + 1]! >>> 31 === 1;
    words[i] = negative ? ~words[i]! : words[i]!;
    words[i + 1] = negative ? ~words[i + 1]! : words[i + 1]! | 0x80000000;
  }
  return words;
}
