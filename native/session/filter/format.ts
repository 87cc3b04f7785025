/** A typed filter as canonical text: parsing it gives the same filter again. */
import type { Filter } from './ast.js';
import { FIELDS, type Field } from './fields.js';
import { FLAGS, KEYWORDS } from './words.js';
import { isBare } from './tokens.js';
import { safeText } from '../safe-text.js';
import { printInterval } from './values.js';

export function formatFilter(filter: Filter): string {
  switch (filter.type) {
    case 'all':
      return '@all';
    case 'or':
      return filter.items.map(formatFilter).join(' | ');
    case 'and':
      return filter.items
        .map((item) => (item.type === 'or' ? `(${formatFilter(item)})` : formatFilter(item)))
        .join(' ');
    case 'not': {
      const inner = formatFilter(filter.item);
      return filter.item.type === 'or' || filter.item.type === 'and' ? `!(${inner})` : `!${inner}`;
    }
    case 'flag':
      return filter.name;
    case 'selector':
      return `@${filter.name}`;
    case 'word':
      return reserved(filter.text) ? quote(filter.text) : formatText(filter.text);
    case 'number': {
      const { unit } = fieldOf(filter.field).type as Field['type'] & { kind: 'number' };
      return formatTest(
        filter.field,
        filter.op,
        filter.values.map((value) => printInterval(value, unit)),
      );
    }
    case 'choice':
    case 'text':
      return formatTest(filter.field, filter.op, filter.values.map(formatText));
    case 'pattern':
      return `${filter.field}~${formatText(filter.source)}`;
  }
}

function formatTest(field: string, op: string, values: readonly string[]): string {
  if (values.length === 1) return `${field}${op}${values[0]}`;
  return op === '=' ? `${field} in {${values.join(',')}}` : `${field}${op}{${values.join(',')}}`;
}

/** Bare where the tokenizer gives it back whole and nothing in it could act on a terminal, else quoted. */
export function formatText(text: string): string {
  return isBare(text) && safeText(text) === text ? text : quote(text);
}

function quote(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&');
  const visible = Array.from(escaped, (char) =>
    safeText(char) === char ? char : `\\u{${char.codePointAt(0)!.toString(16)}}`,
  ).join('');
  return `"${visible}"`;
}

/** Words that would be read as something else when bare. */
function reserved(text: string): boolean {
  const word = text.toLowerCase();
  return (
    KEYWORDS.some((k) => k === word) ||
    FLAGS.some((f) => f.name === word) ||
    FIELDS.some((f) => f.name === word || f.aliases.includes(word))
  );
}

function fieldOf(name: string): Field {
  return FIELDS.find((f) => f.name === name)!;
}
