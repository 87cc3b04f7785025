/** What happened, for scripts that want to hear of it: batch after batch, the next when the last was worked off. */
import { RecordStream } from '../record-stream.js';
import type { NativeJoin } from '../session.js';
import type { SessionRecord } from '../records.js';
import type { ScriptEvent, ScriptResolved } from './types.js';

const BATCH = 2000;

export class ScriptFeed {
  readonly #stream: RecordStream;
  busy = false;
  constructor(readonly session: NativeJoin) {
    this.#stream = new RecordStream(session, true);
  }

  /** What came since; null: nothing. */
  take(wantsResolved: boolean): { readonly events: ScriptEvent[]; readonly resolved: ScriptResolved[] } | null {
    if (!this.#stream.behind) return null;
    const events: ScriptEvent[] = [];
    const resolved: ScriptResolved[] = [];
    for (const record of this.#stream.take(BATCH)) {
      const event = toEvent(record);
      if (event) events.push(event);
      else if (wantsResolved && record.type === 'resolve') resolved.push(this.#resolved(record));
    }
    return events.length + resolved.length > 0 ? { events, resolved } : null;
  }

  #resolved(r: Extract<SessionRecord, { type: 'resolve' }>): ScriptResolved {
    const page = this.session.faults.raw(r.seq)?.page;
    const { seq, action, by, bytes, latency, errno } = r;
    return { seq, action, by, bytes, latency, errno, page: page === undefined ? null : BigInt(page) };
  }
}

function toEvent(r: SessionRecord): ScriptEvent | null {
  switch (r.type) {
    case 'fork':
    case 'exec':
    case 'exit':
      return r;
    case 'remap':
      return { ...r, from: BigInt(r.from), to: BigInt(r.to) };
    case 'remove':
    case 'unmap':
      return { ...r, start: BigInt(r.start), end: BigInt(r.end) };
    default:
      return null;
  }
}
