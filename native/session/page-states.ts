/** Page states of kernel/pagemap.h as words, bytes and cells of a map. */
import type { PageBytes, PageMap, PageState, Range } from './types.js';

const PAGE_STATES: readonly PageState[] = ['missing', 'present', 'zero', 'wp', 'poisoned', 'swapped'];

export function pageState(index: number): PageState {
  return PAGE_STATES[index] ?? 'unknown';
}

export function pageBytes(read: { state: number; errno: number; bytes: Uint8Array | null }): PageBytes {
  if (read.bytes) return { known: true, bytes: read.bytes };
  const state = pageState(read.state);
  if (state === 'missing') return { known: false, reason: 'The page is not there yet.' };
  if (state === 'poisoned') return { known: false, reason: 'The page is poisoned: every access is a SIGBUS.' };
  return { known: false, reason: `The page cannot be read (errno ${read.errno}).` };
}

/** `runs` of [start, end, state, huge]; `held`: pages that wait for us. */
export function pageCells(range: Range, runs: Float64Array, held: readonly number[], wanted: number): PageMap {
  const start = Number(range.start);
  const pages = (Number(range.end) - start) / range.pageSize;
  const count = Math.max(1, Math.min(wanted, pages));
  const cellPages = Math.ceil(pages / count);
  const cellBytes = cellPages * range.pageSize;
  const cells = Array.from({ length: Math.ceil(pages / cellPages) }, (_, i) => ({
    pages: Math.min(cellPages, pages - i * cellPages),
    present: 0,
    wp: 0,
    poisoned: 0,
    swapped: 0,
    held: 0,
  }));
  let resident = 0;
  for (let i = 0; i < runs.length; i += 4) {
    const state = pageState(runs[i + 2]!);
    if (state === 'missing') continue;
    if (state !== 'poisoned' && state !== 'swapped') resident += (runs[i + 1]! - runs[i]!) / range.pageSize;
    for (let at = runs[i]!; at < runs[i + 1]!;) {
      const index = Math.floor((at - start) / cellBytes);
      const to = Math.min(runs[i + 1]!, start + (index + 1) * cellBytes);
      const n = (to - at) / range.pageSize;
      const cell = cells[index]!;
      if (state === 'poisoned') cell.poisoned += n;
      else if (state === 'swapped') cell.swapped += n;
      else cell.present += n;
      if (state === 'wp') cell.wp += n;
      at = to;
    }
  }
  for (const page of held) {
    const cell = cells[Math.floor((page - start) / cellBytes)];
    if (cell) cell.held += 1;
  }
  return { rangeId: range.id, cellBytes, cells, resident: resident / pages };
}
