/** Damage done on purpose to the bytes of an answer. The same seed does the same damage. */
import type { Corruption } from './types.js';

/** A new array with each damage done in turn; `bytes` stays as it is. */
export function corrupt(bytes: Uint8Array, damages: readonly Corruption[]): Uint8Array {
  let out: Uint8Array = Uint8Array.from(bytes);
  for (const d of damages) {
    switch (d.type) {
      case 'flip': {
        const random = splitmix32(d.seed);
        for (let i = 0; i < d.bits; i++) {
          const bit = random() % (out.length * 8);
          out[bit >> 3]! ^= 1 << (bit & 7);
        }
        break;
      }
      case 'xor':
        out = out.map((b) => b ^ d.byte);
        break;
      case 'fill':
        out.fill(d.byte);
        break;
      case 'truncate':
        out.fill(0, Math.min(d.length, out.length));
        break;
      case 'stale':
        out.set(d.bytes.subarray(0, out.length));
        break;
    }
  }
  return out;
}

/** A small seeded generator of 32-bit numbers (Steele, Lea, Flood 2014: SplitMix). */
export function splitmix32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}
