/** What could stand at the cursor of a half-written filter. Reads tokens only: the text need not parse. */
import { FilterFault } from './filter-error.js';
import { FIELDS, findField, type Context, type Field } from './fields.js';
import { FLAGS, KEYWORDS, SELECTORS } from './words.js';
import { formatText } from './format.js';
import { tokenize, type Token } from './tokens.js';

export interface Completion {
  readonly text: string;
  readonly doc: string;
}

export interface Completions {
  /** The part of the text, in UTF-16 units, that a completion replaces. */
  readonly from: number;
  readonly to: number;
  readonly items: readonly Completion[];
}

export interface CompletionOptions {
  readonly context?: Context;
  /** false for holds and rules: leaves out what they cannot use. */
  readonly later?: boolean;
  /** Values seen in the session, by field name: range names, thread names, thread ids. */
  readonly known?: Readonly<Record<string, readonly string[]>>;
}

export function completions(text: string, cursor: number, options: CompletionOptions = {}): Completions {
  const { context = 'faults', later = true, known = {} } = options;
  const tokens = tokensBefore(text, cursor);
  const last = tokens.at(-1);
  const touching = last !== undefined && last.at + last.length === cursor;
  const typed = touching && (last.kind === 'bare' || last.kind === 'selector') ? last : null;
  const before = typed === null ? tokens : tokens.slice(0, -1);
  const from = typed?.at ?? cursor;
  const prefix = text.slice(from, cursor).toLowerCase();
  const matching = (items: readonly Completion[]): Completions => ({
    from,
    to: cursor,
    items: items.filter((item) => startsWith(item.text, prefix)),
  });

  const field = fieldOfValue(before, context);
  if (field !== null) return matching(valuesOf(field, known));
  const usable = (word: { context: Context; later: string | null }): boolean =>
    word.context === context && (later || word.later === null);
  const words = matching([
    ...FIELDS.filter(usable).map((f) => ({ text: f.name, doc: f.doc })),
    ...FLAGS.filter(usable).map((f) => ({ text: f.name, doc: f.doc })),
    ...SELECTORS.filter(usable).map((s) => ({ text: `@${s.name}`, doc: s.doc })),
    ...(prefix === '' ? [] : KEYWORDS.filter((k) => k !== 'in').map((k) => ({ text: k, doc: '' }))),
  ]);
  // A whole field name that begins no other one: its operators come next.
  const exact = typed === null ? undefined : findField(context, typed.text);
  if (exact === undefined || !usable(exact) || words.items.some((item) => item.text !== exact.name)) return words;
  return { from: cursor, to: cursor, items: operatorsOf(exact) };
}

/** Tokens up to the cursor; none inside an open quote, where nothing is offered. */
function tokensBefore(text: string, cursor: number): Token[] {
  try {
    return tokenize(text.slice(0, cursor)).slice(0, -1);
  } catch (error) {
    if (error instanceof FilterFault) return [];
    throw error;
  }
}

/** The field whose value is being written: `field op` or `field op { v , v ,` stands before. */
function fieldOfValue(before: readonly Token[], context: Context): Field | null {
  let i = before.length - 1;
  while (i >= 0 && (before[i]!.kind === ',' || (before[i]!.kind === 'bare' && before[i + 1]?.kind === ','))) i--;
  if (before[i]?.kind === '{') i--;
  else if (i !== before.length - 1) return null;
  const op = before[i];
  const name = before[i - 1];
  if (op === undefined || name?.kind !== 'bare') return null;
  if (op.kind !== 'op' && !(op.kind === 'bare' && op.text.toLowerCase() === 'in')) return null;
  return findField(context, name.text) ?? null;
}

function valuesOf(field: Field, known: Readonly<Record<string, readonly string[]>>): Completion[] {
  if (field.type.kind === 'choice') return field.type.choices.map((c) => ({ text: c.name, doc: field.doc }));
  const seen = known[field.name] ?? [];
  return [...new Set(seen)].map((value) => ({ text: formatText(value), doc: field.doc }));
}

function operatorsOf(field: Field): Completion[] {
  switch (field.type.kind) {
    case 'choice':
      return [
        { text: '=', doc: 'is' },
        { text: '!=', doc: 'is not' },
      ];
    case 'text':
      return [
        { text: '=', doc: 'is' },
        { text: '!=', doc: 'is not' },
        { text: '~', doc: 'matches a pattern' },
      ];
    case 'number':
      return ['=', '!=', '<', '<=', '>', '>=', ' in '].map((text) => ({ text, doc: field.example }));
  }
}

function startsWith(text: string, prefix: string): boolean {
  return (
    text.toLowerCase().startsWith(prefix) || (text.startsWith('"') && text.slice(1).toLowerCase().startsWith(prefix))
  );
}
