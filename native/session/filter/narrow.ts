/** "Filter from this cell": the current filter and the cell's value, or and not the cell's value. */
import type { Filter } from './ast.js';
import { check } from './check.js';
import { outcome, type Outcome } from './filter-error.js';
import type { Context } from './fields.js';
import { formatFilter, formatText } from './format.js';
import { parse } from './parse.js';

export interface Cell {
  /** A field name of the context. */
  readonly field: string;
  /** As the field is written: `missing`, `0x7f0000003000`, `shm:cache`. Quoting is done here. */
  readonly value: string;
}

/**
 * The text for `current` narrowed to (or by `not` without) the cell's value. Asking the same twice changes nothing;
 * asking the opposite replaces the first. Fails where `current` cannot be read or the field has no such value.
 */
export function narrowFilter(
  current: string,
  cell: Cell,
  how: 'only' | 'not',
  context: Context = 'faults',
): Outcome<{ text: string }> {
  return outcome(() => {
    const options = { context, when: 'later' } as const;
    const test = check(parse(`${cell.field}=${formatText(cell.value)}`), options);
    const without: Filter = { type: 'not', item: test };
    const [wanted, opposite] = how === 'only' ? [test, without] : [without, test];
    const base = check(parse(current), options);
    const items = base.type === 'and' ? base.items : base.type === 'all' ? [] : [base];
    const kept = items.filter((item) => !same(item, wanted) && !same(item, opposite));
    return { text: formatFilter(kept.length === 0 ? wanted : { type: 'and', items: [...kept, wanted] }) };
  });
}

function same(a: Filter, b: Filter): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
