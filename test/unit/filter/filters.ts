/** Random filters as typed trees: every field, operator and nesting, printed by formatFilter. */
import fc from 'fast-check';
import type { Filter } from '../../../native/session/filter/ast.js';
import { compileHold, formatFilter } from '../../../native/session/filter/index.js';
import { FIELDS, type Field } from '../../../native/session/filter/fields.js';
import { FLAGS, SELECTORS } from '../../../native/session/filter/words.js';
import { someName, someNumber, someProt } from './rows.js';

const someText = fc.oneof(
  someName,
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('"', '\\', '\\"', '@a', 'a,b', '\x1b[31m'),
);

/** Patterns inside the subset, over the letters that names are made of; a few are too large. */
const writtenPattern: fc.Arbitrary<string> = fc.letrec<{ whole: string; part: string }>((tie) => ({
  whole: fc.oneof(
    { depthSize: 'small' },
    fc.array(tie('part'), { maxLength: 4 }).map((parts) => parts.join('')),
    fc.tuple(tie('whole'), tie('whole')).map(([a, b]) => `${a}|${b}`),
  ),
  part: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      'a',
      'b',
      'heap',
      'H',
      '.',
      ':',
      '\\.',
      '\\d',
      '\\w',
      '\\W',
      '\\s',
      '\\S',
      '\\D',
      '[a-f]',
      '[^a]',
      '[\\d:]',
      '[^\\w-]',
    ),
    fc.constantFrom('^', '$', '\\b', '\\B', '\\[', '-', '[Z-b]', '\\t'),
    fc
      .tuple(tie('whole'), fc.constantFrom('', '*', '+', '?', '{2}', '{0,2}', '{1,}', '*?'))
      .map(([p, q]) => `(${p})${q}`),
    fc
      .tuple(fc.constantFrom('a', '[ab]', '.', '\\w'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '+?'))
      .map(([p, q]) => p + q),
    tie('whole').map((p) => `(?:${p})`),
  ),
})).whole;

/** Not so large, once its repeats are written out, that it is refused. */
export const somePattern = writtenPattern.filter((source) => {
  const parsed = compileHold(formatFilter({ type: 'pattern', field: 'range', source }));
  return parsed.ok || !parsed.error.message.includes('too large');
});

const someInterval = fc.tuple(someNumber, someNumber).map(([a, b]) => ({ lo: Math.min(a, b), hi: Math.max(a, b) }));

/** Records with the usual prototype, so that trees compare equal to parsed ones. */
function plain<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

function test(field: Field): fc.Arbitrary<Filter> {
  const { name, type } = field;
  const equality = fc.constantFrom('=', '!=');
  switch (type.kind) {
    case 'number':
      return fc.oneof(
        plain({
          type: fc.constant('number'),
          field: fc.constant(name),
          op: equality,
          values: fc.array(someInterval, { minLength: 1, maxLength: 3 }),
        }),
        plain({
          type: fc.constant('number'),
          field: fc.constant(name),
          op: fc.constantFrom('<', '<=', '>', '>='),
          values: someNumber.map((n) => [{ lo: n, hi: n }]),
        }),
      );
    case 'choice': {
      const choice = fc.constantFrom(...type.choices.map((c) => c.name));
      return plain({
        type: fc.constant('choice'),
        field: fc.constant(name),
        op: equality,
        values: fc.array(choice, { minLength: 1, maxLength: 3 }),
      });
    }
    case 'text': {
      const value = type.match === 'prot' ? fc.oneof(someProt, fc.constantFrom('r', 'w', 'rx', 'r-', 'rw-')) : someText;
      return fc.oneof(
        plain({
          type: fc.constant('text'),
          field: fc.constant(name),
          op: equality,
          values: fc.array(value, { minLength: 1, maxLength: 3 }),
        }),
        plain({ type: fc.constant('pattern'), field: fc.constant(name), source: somePattern }),
      );
    }
  }
}

function trees(leaf: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  return fc.letrec<{ tree: Filter; joined: Filter }>((tie) => ({
    tree: fc.oneof({ depthSize: 'small' }, { weight: 2, arbitrary: leaf }, tie('joined')),
    joined: fc.oneof(
      tie('tree').map((item): Filter => ({ type: 'not', item })),
      fc
        .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('tree'), { minLength: 2, maxLength: 3 }))
        .map(([type, items]): Filter => ({
          type,
          items: items.flatMap((item) => (item.type === type ? item.items : [item])),
        })),
    ),
  })).tree;
}

const word: fc.Arbitrary<Filter> = someText.map((text) => ({ type: 'word', text }));
const everything: fc.Arbitrary<Filter> = fc.constant({ type: 'all' });
const faultFields = FIELDS.filter((field) => field.context === 'faults');

/** What a hold can use. */
export const someHold: fc.Arbitrary<Filter> = trees(
  fc.oneof(...faultFields.filter((field) => field.later === null).map(test), word, everything),
);

/** Anything the language can say about faults. */
export const someFilter: fc.Arbitrary<Filter> = trees(
  fc.oneof(
    ...faultFields.map(test),
    word,
    everything,
    fc.constantFrom(...FLAGS.filter((f) => f.context === 'faults')).map(({ name }): Filter => ({ type: 'flag', name })),
    fc
      .constantFrom(...SELECTORS.filter((s) => s.context === 'faults' && s.name !== 'all'))
      .map(({ name }): Filter => ({ type: 'selector', name })),
  ),
);
