/** What had been counted by a moment: moved on and back change by change, or from the nearest of the sums kept. */
import { code, type FaultStore } from './fault-store.js';
import { BUCKETS, bucketOf, quantiles } from './histogram.js';
import { ACTIONS, BYS } from '../../record-layout.js';

const APART = 1 << 15;
const RESOLVED = code('resolved');
const GONE = code('gone');
const FAILED = code('failed');
const WAKE = ACTIONS.indexOf('wake');
const DEFAULT = BYS.indexOf('default');
const KEEPER = BYS.indexOf('keeper');

export class TallyAt {
  resolved = 0;
  failed = 0;
  handedBack = 0;
  /** Changes counted, in the order of time. */
  #position = 0;
  readonly #buckets = new Uint32Array(BUCKETS);
  readonly #kept: { readonly buckets: Uint32Array; readonly counts: readonly number[]; readonly longest: number }[] =
    [];
  #latency: { readonly p50: number; readonly p99: number; readonly max: number } | null = null;
  #latencyOf = -1;

  constructor(private readonly store: FaultStore) {
    for (let position = 0, longest = 0; position <= store.changeCount; position += APART) {
      this.#walk(position);
      for (let i = Math.max(0, position - APART); i < position; i++) longest = Math.max(longest, this.#latencyAt(i));
      const counts = [this.resolved, this.failed, this.handedBack];
      this.#kept.push({ buckets: this.#buckets.slice(), counts, longest });
    }
  }

  move(position: number): void {
    if (Math.abs(position - this.#position) > APART) {
      const nearest = Math.floor(position / APART);
      const { buckets, counts } = this.#kept[nearest]!;
      this.#buckets.set(buckets);
      [this.resolved, this.failed, this.handedBack] = counts as [number, number, number];
      this.#position = nearest * APART;
    }
    this.#walk(position);
  }

  /** Of what was answered; quantiles are at most 1.6 % too large. */
  get latency(): { readonly p50: number; readonly p99: number; readonly max: number } | null {
    if (this.#latencyOf === this.#position) return this.#latency;
    this.#latencyOf = this.#position;
    const kept = Math.floor(this.#position / APART);
    let max = this.#kept[kept]!.longest;
    for (let i = kept * APART; i < this.#position; i++) max = Math.max(max, this.#latencyAt(i));
    const [p50, p99] = quantiles([0.5, 0.99], this.resolved, (bucket) => this.#buckets[bucket]!) as [number, number];
    this.#latency = this.resolved === 0 ? null : { p50: Math.min(p50, max), p99: Math.min(p99, max), max };
    return this.#latency;
  }

  #walk(to: number): void {
    while (this.#position < to) this.#count(this.#position++, 1);
    while (this.#position > to) this.#count(--this.#position, -1);
  }

  #count(i: number, by: 1 | -1): void {
    const { changes, order } = this.store;
    const c = order[i]!;
    if (changes.to[c] === RESOLVED) {
      this.resolved += by;
      this.#buckets[bucketOf(this.#latencyAt(i))]! += by;
    } else if (changes.to[c] === FAILED) this.failed += by;
    else if (changes.to[c] === GONE && isHandedBack(changes.action[c]!, changes.by[c]!, changes.err[c]!))
      this.handedBack += by;
  }

  /** ns from read to answer; 0 where it is no answer. */
  #latencyAt(i: number): number {
    const { changes, order, rows } = this.store;
    const c = order[i]!;
    return changes.to[c] === RESOLVED ? changes.at[c]! - rows.readAt[changes.row[c]!]! : 0;
  }
}

function isHandedBack(action: number, by: number, err: number): boolean {
  return action === WAKE && err === 0 && (by === DEFAULT || by === KEEPER);
}
