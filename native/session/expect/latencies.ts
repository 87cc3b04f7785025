/** Durations of a part of the faults, as precise as those of the engine: native/engine/histogram.h in its own words. */
const SUB_BITS = 6;
const SUB = 2 ** SUB_BITS;

export class Latencies {
  readonly #counts = new Map<number, number>();
  #sum = 0;
  count = 0;
  max = 0;

  get mean(): number {
    return this.count === 0 ? 0 : this.#sum / this.count;
  }

  record(ns: number): void {
    const value = Math.max(0, ns);
    const index = indexOf(value);
    this.#counts.set(index, (this.#counts.get(index) ?? 0) + 1);
    this.count++;
    this.#sum += value;
    this.max = Math.max(this.max, value);
  }

  /** What the share `q` of them does not exceed: nearest rank, at most 1.6 % too large. 0 when empty. */
  quantile(q: number): number {
    const rank = Math.max(1, Math.ceil(q * this.count));
    let seen = 0;
    for (const [index, n] of [...this.#counts].toSorted(([a], [b]) => a - b)) {
      seen += n;
      if (seen >= rank) return Math.min(upperOf(index), this.max);
    }
    return this.max;
  }
}

function indexOf(value: number): number {
  if (value < SUB) return Math.floor(value);
  let octave = Math.floor(Math.log2(value)) - SUB_BITS;
  if (value >= 2 ** (octave + SUB_BITS + 1))
    octave++; // log2 is rounded
  else if (value < 2 ** (octave + SUB_BITS)) octave--;
  return (octave + 1) * SUB + Math.floor(value / 2 ** octave) - SUB;
}

function upperOf(index: number): number {
  if (index < SUB) return index;
  return (SUB + (index % SUB) + 1) * 2 ** (Math.floor(index / SUB) - 1) - 1;
}
