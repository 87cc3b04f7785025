/** Filters that no fault can pass, as far as their numbers and choices alone say so. */
import { FIELDS } from '../filter/fields.js';
import type { Filter } from '../filter/index.js';

export function takesNothing(filter: Filter): boolean {
  if (filter.type === 'or') return filter.items.every(takesNothing);
  const items = filter.type === 'and' ? filter.items : [filter];
  if (filter.type === 'and' && items.some(takesNothing)) return true;
  const spans = new Map<string, { lo: number; hi: number }>();
  const choices = new Map<string, readonly string[]>();
  for (const item of items) {
    const span = spanOf(item);
    if (span !== null) {
      const { lo, hi } = spans.get(span.field) ?? { lo: 0, hi: Infinity };
      spans.set(span.field, { lo: Math.max(lo, span.lo), hi: Math.min(hi, span.hi) });
    } else if (item.type === 'choice') {
      const left = choices.get(item.field) ?? choicesOf(item.field);
      choices.set(
        item.field,
        left.filter((value) => item.values.includes(value) === (item.op === '=')),
      );
    }
  }
  return [...spans.values()].some(({ lo, hi }) => lo > hi) || [...choices.values()].some((left) => left.length === 0);
}

/** What a single comparison leaves of a number; null for what leaves several spans. */
function spanOf(filter: Filter): { readonly field: string; readonly lo: number; readonly hi: number } | null {
  if (filter.type !== 'number') return null;
  const { field, op, values } = filter;
  const { lo, hi } = values[0]!;
  switch (op) {
    case '=':
      return values.length === 1 ? { field, lo, hi } : null;
    case '<':
      return { field, lo: 0, hi: lo - 1 };
    case '<=':
      return { field, lo: 0, hi: lo };
    case '>':
      return { field, lo: hi + 1, hi: Infinity };
    case '>=':
      return { field, lo: hi, hi: Infinity };
    case '!=':
      return null;
  }
}

function choicesOf(name: string): readonly string[] {
  const field = FIELDS.find((one) => one.name === name && one.type.kind === 'choice');
  return field?.type.kind === 'choice' ? field.type.choices.map((choice) => choice.name) : [];
}
