/** What came of a replay, in one sentence. */
import type { SessionRecord } from '../../native/session/records.js';
import type { ReplayState } from '../../native/addon/session-binding.js';
import { count } from './units.js';

/** Faults whose recorded answer the kernel refused, or that had no bytes: they matched, and were not answered by it. */
export class RefusedReplays {
  readonly #seqs = new Set<number>();

  see(record: SessionRecord): void {
    if (record.type === 'resolve' && record.by === 'replay' && record.errno !== null) this.#seqs.add(record.seq);
  }

  get count(): number {
    return this.#seqs.size;
  }
}

export function replayedText({ matched, diverged }: Pick<ReplayState, 'matched' | 'diverged'>, failed: number): string {
  const refused = failed > 0 ? `, ${failed} whose recorded answer failed` : '';
  return `${count(Math.max(0, matched - failed), 'fault')} answered as recorded${refused}, ${diverged} that were not recorded.`;
}
