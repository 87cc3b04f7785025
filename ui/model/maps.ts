/** Page maps of ranges, looked up no oftener than they are worth: a scan of a large range takes milliseconds. */
import type { PageMap, Session } from '../../native/session/types.js';

const REFRESH_MS = 1000;
/** A scan may cost at most this share of the time between two. */
const COST_SHARE = 50;
/** A recording at another moment has another map, and that costs little. */
const MOVED_MS = 100;
const AT_ONCE = 32;

interface Entry {
  cells: number;
  map: PageMap | null;
  due: number;
  /** Of a recording: the moment that it shows. */
  at: number;
  asking: boolean;
}

export class MapCache {
  readonly #entries = new Map<number, Entry>();
  /** Share of each range that is in memory, as far as it was looked up. */
  readonly resident = new Map<number, number>();

  constructor(
    private readonly session: Session,
    private readonly changed: () => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** The newest map there is; asks for a newer one when it is time. */
  map(rangeId: number, cells: number): PageMap | null {
    if (cells <= 0) return null;
    let entry = this.#entries.get(rangeId);
    if (!entry) this.#entries.set(rangeId, (entry = { cells: 0, map: null, due: 0, at: -1, asking: false }));
    const moment = this.session.playback?.at ?? -1;
    const moved = entry.at !== moment;
    if (moment >= 0 && !moved && entry.cells === cells) return entry.map; // what has been stays as it was
    const wait = moved ? REFRESH_MS - MOVED_MS : 0;
    if (!entry.asking && (entry.cells !== cells || performance.now() >= entry.due - wait))
      void this.#ask(rangeId, cells, entry);
    return entry.map;
  }

  /** Look up the resident share of one range that was not looked up for longest. */
  touchNext(rangeIds: readonly number[]): void {
    const now = performance.now();
    const due = rangeIds
      .map((id) => ({ id, entry: this.#entries.get(id) }))
      .filter(({ entry }) => !entry || (!entry.asking && now >= entry.due))
      .toSorted((a, b) => (a.entry?.due ?? 0) - (b.entry?.due ?? 0));
    if (due[0]) this.map(due[0].id, due[0].entry?.cells || 1);
  }

  /** Of a recording: those that show another moment. */
  touchMoved(rangeIds: readonly number[]): void {
    const at = this.session.playback?.at;
    const moved = rangeIds.filter((id) => this.#entries.get(id)?.at !== at);
    for (const id of moved.slice(0, AT_ONCE)) this.map(id, this.#entries.get(id)?.cells || 1);
  }

  async #ask(rangeId: number, cells: number, entry: Entry): Promise<void> {
    entry.asking = true;
    entry.cells = cells;
    entry.at = this.session.playback?.at ?? -1;
    const started = performance.now();
    try {
      const map = await this.session.pageMap(rangeId, cells);
      const before = JSON.stringify(entry.map);
      entry.map = map;
      this.resident.set(rangeId, map.resident);
      if (before !== JSON.stringify(map)) this.changed();
    } catch (error) {
      this.failed(error); // a range that went away while it was asked for
    }
    const cost = performance.now() - started;
    const share = this.session.playback ? 1 : COST_SHARE; // there a look is long only once
    entry.due = performance.now() + Math.max(REFRESH_MS, cost * share);
    entry.asking = false;
  }
}
