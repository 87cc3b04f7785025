/** The language as data, for the generated reference and the help screens. */
import { OPERATORS } from './ast.js';
import { FIELDS, type Field, type NumberUnit } from './fields.js';
import { FLAGS, KEYWORDS, SELECTORS, type Word } from './words.js';

export interface LanguageDescription {
  readonly fields: readonly (Field & { readonly values: string })[];
  readonly flags: readonly Word[];
  readonly selectors: readonly Word[];
  readonly keywords: readonly string[];
  readonly operators: readonly { readonly name: string; readonly doc: string }[];
  readonly examples: readonly { readonly filter: string; readonly doc: string }[];
}

const UNIT: Readonly<Record<NumberUnit, string>> = {
  address: 'address (0x…); A-B ends before B, A+LEN is LEN bytes, A..B includes both',
  size: 'bytes, decimal or 0x…, with k, M, G of 1024',
  count: 'whole number, with k, M, G of 1000; a..b includes both',
  duration: 'time with a unit: ns, us, ms, s',
  errno: 'name or number of an error',
};

const OPERATOR_DOC: Readonly<Record<(typeof OPERATORS)[number], string>> = {
  '=': 'is the value, lies in the span, or is one of a set {a,b}',
  '!=': 'is known and is none of them',
  '<': 'is less than',
  '<=': 'is at most',
  '>': 'is more than',
  '>=': 'is at least',
  '~': 'matches a pattern somewhere, in either case: . [a-z] \\d \\w \\s \\b ^ $ ( ) | * + ? {n,m}',
  in: 'the same as =, reads better with spans and sets',
};

const EXAMPLES = [
  { filter: 'kind=missing range~heap off<4k', doc: 'missing pages at the very start of the heap' },
  { filter: 'held age>1s', doc: 'what waits for you, and has waited for long' },
  { filter: '!(access=read | range=cache) hits>=3', doc: 'writes outside the cache, to pages that came back' },
  { filter: 'addr in 0x7f0000000000+2M', doc: 'two megabytes from an address' },
  { filter: 'errno in {EAGAIN,EEXIST} lat>1ms', doc: 'answers that ran into something, and took their time' },
  { filter: 'cache', doc: 'a word alone: part of a range name or symbol' },
] as const;

export function describe(): LanguageDescription {
  return {
    fields: FIELDS.map((field) => Object.assign({ values: valuesOf(field) }, field)),
    flags: FLAGS,
    selectors: SELECTORS,
    keywords: KEYWORDS,
    operators: OPERATORS.map((name) => ({ name, doc: OPERATOR_DOC[name] })),
    examples: EXAMPLES,
  };
}

function valuesOf({ type }: Field): string {
  switch (type.kind) {
    case 'number':
      return UNIT[type.unit];
    case 'choice':
      return type.choices.map((c) => [c.name, ...(c.aliases ?? [])].join(' or ')).join(', ');
    case 'text':
      return type.match === 'prot' ? 'letters of rwxps, or a form such as r-x' : 'text';
  }
}
