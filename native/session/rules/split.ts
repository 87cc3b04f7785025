/** A rule's text to its parts. A `:` separates only where a known word follows it, and never inside quotes. */
import { nearest } from '../filter/suggest.js';
import { FilterFault, quoted, type Span } from '../filter/filter-error.js';
import { findRuleWord, RULE_WORDS, type RuleWord } from './fields.js';

export interface Part extends Span {
  readonly word: RuleWord;
  /** null where nothing was given. */
  readonly value: (Span & { readonly text: string }) | null;
}

export interface Split {
  readonly filter: Span & { readonly text: string };
  readonly parts: readonly Part[];
}

const WORD = /\s*([a-z]+)(?=\s*(?:=|:|$))/iy;

/** Throws FilterFault: places are in `text`. */
export function splitRule(text: string): Split {
  const cuts = separators(text);
  const first = wordAt(text, 0);
  const starts = first ? [0, ...cuts] : cuts;
  if (starts.length === 0) throw noAction(text);
  const parts = starts.map((start, i) => part(text, start, (starts[i + 1] ?? text.length + 1) - 1));
  const end = first ? 0 : cuts[0]! - 1;
  return { filter: { text: text.slice(0, end), at: 0, length: end }, parts };
}

/** Where a part begins, behind its `:`. */
function separators(text: string): number[] {
  const found: number[] = [];
  let inQuotes = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\' && inQuotes) i++;
    else if (text[i] === '"') inQuotes = !inQuotes;
    else if (text[i] === ':' && !inQuotes && wordAt(text, i + 1)) found.push(i + 1);
  }
  return found;
}

function wordAt(text: string, at: number): RuleWord | undefined {
  WORD.lastIndex = at;
  const match = WORD.exec(text);
  if (!match) return undefined;
  const word = findRuleWord(match[1]!);
  const assigns = /^\s*=/.test(text.slice(WORD.lastIndex));
  // `zero=1` is no action, and `delay` alone says nothing: then it is part of the filter, which says what is wrong.
  return word && (assigns ? word.value !== null : word.value === null || word.optional) ? word : undefined;
}

function part(text: string, start: number, end: number): Part {
  const word = wordAt(text, start)!;
  const raw = text.slice(start, end);
  const at = start + (raw.length - raw.trimStart().length);
  const length = raw.trim().length;
  const assign = raw.indexOf('=');
  if (assign < 0) return { word, at, length, value: null };
  const tail = raw.slice(assign + 1);
  const value = unquote(tail.trim());
  const valueAt = start + assign + 1 + (tail.length - tail.trimStart().length);
  if (value === '') throw new FilterFault(`${word.name} needs a value, as in ${word.example}`, { at, length });
  return { word, at, length, value: { text: value, at: valueAt, length: tail.trim().length } };
}

/** Quotes are around the whole, or around what stands before an offset: `"a b.img"@4k`. */
function unquote(text: string): string {
  const match = /^"((?:[^"\\]|\\.)*)"(@[^\s"]*)?$/s.exec(text);
  return match ? match[1]!.replace(/\\(["\\])/g, '$1') + (match[2] ?? '') : text;
}

/** No part at all: most likely a slip in the last word. */
function noAction(text: string): FilterFault {
  const colon = text.lastIndexOf(':');
  const at = colon + 1 + (text.slice(colon + 1).length - text.slice(colon + 1).trimStart().length);
  const last = /^[a-z]*/i.exec(text.slice(at))![0];
  const known = findRuleWord(last);
  if (known) throw misused(known, text, at);
  const near =
    last && colon >= 0
      ? nearest(
          last,
          RULE_WORDS.map((w) => w.name),
        )
      : null;
  const meant = near ? `; did you mean ${near}?` : '; write FILTER: ACTION, as in range=heap: delay=5ms';
  const what = colon >= 0 && last ? `no action ${quoted(last)}` : 'this rule does nothing';
  return new FilterFault(what + meant, { at: colon >= 0 && last ? at : text.length, length: last.length }, near);
}

function misused(word: RuleWord, text: string, at: number): FilterFault {
  const why = word.value === null ? 'takes no value' : `needs a value, as in ${word.example}`;
  return new FilterFault(`${word.name} ${why}`, { at, length: text.length - at });
}
