/** Faults of the same page or thread as the one in focus; looked for again only as often as that is cheap. */
import type { Fault, FaultColumns, FaultHistory } from '../../native/session/types.js';

const KEPT = 500;
const REFRESH_MS = 250;
const COST_SHARE = 20;

export class Related {
  #key = '';
  #seqs: readonly number[] = [];
  #due = 0;
  #version = -1;

  constructor(private readonly history: FaultHistory) {}

  /** Newest first. */
  find(key: string, version: number, test: (fault: FaultColumns) => boolean): readonly number[] {
    const now = performance.now();
    if (key === this.#key && (version === this.#version || now < this.#due)) return this.#seqs;
    this.#key = key;
    this.#version = version;
    this.#seqs = this.history.select(test).slice(-KEPT).toReversed();
    const cost = performance.now() - now;
    this.#due = now + Math.max(REFRESH_MS, cost * COST_SHARE);
    return this.#seqs;
  }

  rows(seqs: readonly number[]): Fault[] {
    return seqs.map((seq) => this.history.row(seq)).filter((fault) => fault !== null);
  }
}
