/**
 * Bytes that were asked of the session and are on their way or here: what an answer would give, and the page as it is.
 * Asked again when the fault changed, and now and then, since the page may change under us.
 */
import type { Fault, PageBytes, Session } from '../../native/session/types.js';

export type Loaded = { readonly state: 'loading' } | ({ readonly state: 'here' } & PageBytes);

interface Entry {
  readonly stamp: string;
  value: Loaded;
  askedAt: number;
  asking: boolean;
}

const REFRESH_MS = 1000;
const KEPT = 64;

export class BytesCache {
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly session: Session,
    private readonly changed: () => void,
  ) {}

  /** What `answer` would give this fault. */
  answer(fault: Fault): Loaded {
    const stamp = `${fault.state} ${fault.edited}`;
    return this.#get(`answer ${fault.seq}`, stamp, Infinity, () => this.session.preview(fault.seq));
  }

  /** The page as it is in the target. */
  page(fault: Fault): Loaded {
    const stamp = fault.state;
    return this.#get(`page ${fault.page}`, stamp, REFRESH_MS, () => this.session.readPage(fault.page, fault.pageSize));
  }

  forget(seq: number): void {
    this.#entries.delete(`answer ${seq}`);
  }

  #get(key: string, stamp: string, maxAgeMs: number, ask: () => Promise<PageBytes>): Loaded {
    let entry = this.#entries.get(key);
    const now = performance.now();
    if (entry && entry.stamp === stamp && (entry.asking || now - entry.askedAt < maxAgeMs)) return entry.value;
    // What was shown stays until its successor is here: no flicker.
    const shown: Loaded = entry ? entry.value : { state: 'loading' };
    entry = { stamp, value: shown, askedAt: now, asking: true };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > KEPT) this.#entries.delete(this.#entries.keys().next().value!);
    void this.#fill(entry, ask);
    return entry.value;
  }

  async #fill(entry: Entry, ask: () => Promise<PageBytes>): Promise<void> {
    let bytes: PageBytes;
    try {
      bytes = await ask();
    } catch (error) {
      bytes = { known: false, reason: error instanceof Error ? error.message : String(error) };
    }
    entry.asking = false;
    if (same(entry.value, bytes)) return;
    entry.value = { state: 'here', ...bytes };
    this.changed();
  }
}

function same(old: Loaded, now: PageBytes): boolean {
  if (old.state === 'loading' || old.known !== now.known) return false;
  if (!old.known || !now.known) return !old.known && !now.known && old.reason === now.reason;
  return Buffer.compare(old.bytes, now.bytes) === 0;
}
