/** Which pages of a range were filled or poisoned when: found once for each range, then a map of any moment is a sum. */
import { ACTIONS } from '../../record-layout.js';
import type { Action, PageMap, Range } from '../../types.js';
import { code, upperBound } from './fault-store.js';
import type { FileFaults } from './file-faults.js';
import { slowly } from './summaries.js';

const RESOLVED = code('resolved');
/** Pages: 256 GiB of small ones. */
const LARGEST = 2 ** 26;
const STATES = ['missing', 'present', 'poisoned'] as const;
const AFTER: Readonly<Partial<Record<Action, number>>> = { copy: 1, zero: 1, continue: 1, unprotect: 1, poison: 2 };

/** Changes of pages in the order of time. */
interface Fills {
  readonly at: Float64Array;
  readonly page: Float64Array;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

export class PageFills {
  readonly #fills = new Map<number, Promise<Fills>>();
  constructor(readonly faults: FileFaults) {}

  /** What the recording tells: pages that were there before it began are not in it. */
  async map(range: Range, wanted: number): Promise<PageMap> {
    const { at } = this.faults; // the moment may be another one before this is done
    const held = this.faults.waitingRows();
    let fills = this.#fills.get(range.id);
    if (fills === undefined) this.#fills.set(range.id, (fills = this.#find(range)));
    return this.#sum(await fills, range, wanted, at, held);
  }

  async #find(range: Range): Promise<Fills> {
    const { store, ranges } = this.faults;
    const { rows, changes } = store;
    const own = ranges.rowsOf(range.id, store.count);
    const filled: number[] = [];
    const kinds = new Uint8Array(store.count);
    let sorted = true;
    await slowly(own.length, (i) => {
      const row = own[i]!;
      const change = store.lastChange(row, Infinity);
      if (change < 0 || changes.to[change] !== RESOLVED) return;
      const after = AFTER[ACTIONS[changes.action[change]!] ?? 'wake'];
      if (after === undefined) return;
      kinds[row] = after;
      sorted &&= filled.length === 0 || store.ended[filled.at(-1)!]! <= store.ended[row]!;
      filled.push(row);
    });
    const inOrder = sorted ? filled : filled.toSorted((a, b) => store.ended[a]! - store.ended[b]!);
    const now = states(range);
    const news: number[] = [];
    const before: number[] = [];
    await slowly(inOrder.length, (i) => {
      const row = inOrder[i]!;
      const was = now.put(rows.page[row]!, kinds[row]!);
      if (was === kinds[row]) return;
      news.push(row);
      before.push(was);
    });
    return {
      at: Float64Array.from(news, (row) => store.ended[row]!),
      page: Float64Array.from(news, (row) => rows.page[row]!),
      before: Uint8Array.from(before),
      after: Uint8Array.from(news, (row) => kinds[row]!),
    };
  }

  #sum(fills: Fills, range: Range, wanted: number, t: number, waiting: readonly number[]): PageMap {
    const start = Number(range.start);
    const pages = Math.ceil((Number(range.end) - start) / range.pageSize);
    const cellPages = Math.ceil(pages / Math.max(1, Math.min(wanted, pages)));
    const cellBytes = cellPages * range.pageSize;
    const count = Math.ceil(pages / cellPages);
    const sums = STATES.map(() => new Int32Array(count));
    const to = upperBound(fills.at, t);
    for (let i = 0; i < to; i++) {
      const cell = Math.floor((fills.page[i]! - start) / cellBytes);
      sums[fills.before[i]!]![cell]!--; // outside of the range: nothing is written
      sums[fills.after[i]!]![cell]!++;
    }
    const held = new Int32Array(count);
    const { rows } = this.faults.store;
    for (const row of waiting)
      if (rows.range[row] === range.id) held[Math.floor((rows.page[row]! - start) / cellBytes)]!++;
    const [, present, poisoned] = sums as [Int32Array, Int32Array, Int32Array];
    const cells = Array.from({ length: count }, (_, i) => ({
      ...{ pages: Math.min(cellPages, pages - i * cellPages), present: present[i]!, wp: 0 },
      ...{ poisoned: poisoned[i]!, swapped: 0, held: held[i]! },
    }));
    return { rangeId: range.id, cellBytes, cells, resident: present.reduce((a, b) => a + b, 0) / pages };
  }
}

/** What each page is; `put` gives what it was. A range of a size that no recording has is kept page by page. */
function states(range: Range): { put(page: number, state: number): number } {
  const start = Number(range.start);
  const pages = (Number(range.end) - start) / range.pageSize;
  const few = new Map<number, number>();
  const all = pages <= LARGEST ? new Uint8Array(Math.ceil(pages)) : null;
  return {
    put: (page, state) => {
      const index = Math.floor((page - start) / range.pageSize);
      const inside = all !== null && index >= 0 && index < all.length;
      const was = (inside ? all[index] : few.get(page)) ?? 0;
      if (inside) all[index] = state;
      else few.set(page, state);
      return was;
    },
  };
}
