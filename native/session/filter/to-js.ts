/** A typed filter to closures over a row: for views, counts, scripts. Written for a million rows a view. */
import type { Compare, Filter, Interval } from './ast.js';
import { FIELDS, type Context } from './fields.js';
import { FLAG_TESTS, NUMBERS, TEXTS, WORDS, type Rows } from './rows.js';
import { compileMatcher } from './pattern-match.js';
import { compilePattern } from './pattern-program.js';
import { parsePattern } from './pattern-syntax.js';
import { hasProtection, isRangeNamed, lowerAscii } from './text-match.js';

export type Test<Row> = (row: Row) => boolean;

/** What only the screen knows. */
export interface Selectors<Row> {
  readonly [name: string]: Test<Row> | undefined;
}

export function toJs<C extends Context>(filter: Filter, context: C, selectors: Selectors<Rows[C]>): Test<Rows[C]> {
  type Row = Rows[C];
  switch (filter.type) {
    case 'all':
      return () => true;
    case 'and':
      return every(filter.items.map((item) => toJs(item, context, selectors)));
    case 'or':
      return some(filter.items.map((item) => toJs(item, context, selectors)));
    case 'not': {
      const test = toJs(filter.item, context, selectors);
      return (row) => !test(row);
    }
    case 'flag':
      return FLAG_TESTS[context][filter.name] as Test<Row>;
    case 'selector':
      return selectors[filter.name]!;
    case 'word': {
      const wanted = lowerAscii(filter.text);
      const contains = remember((name) => lowerAscii(name).includes(wanted));
      return some(WORDS[context].map((get) => (row: Row) => contains(get(row))));
    }
    case 'number':
      return number(NUMBERS[context][filter.field] as (row: Row) => number, filter.op, filter.values);
    case 'choice':
    case 'text': {
      const get = TEXTS[context][filter.field] as (row: Row) => string;
      return text(get, equality(context, filter.field), filter.values, filter.op === '!=');
    }
    case 'pattern': {
      const get = TEXTS[context][filter.field] as (row: Row) => string;
      const place = { text: filter.source, quoted: false, at: 0, length: 0 };
      const matches = remember(compileMatcher(compilePattern(parsePattern(filter.source, place), place)));
      return (row) => matches(get(row));
    }
  }
}

function every<Row>(tests: readonly Test<Row>[]): Test<Row> {
  const [a, b, ...rest] = tests as [Test<Row>, Test<Row>, ...Test<Row>[]];
  if (b === undefined) return a;
  const more = rest.length === 0 ? b : every([b, ...rest]);
  return (row) => a(row) && more(row);
}

function some<Row>(tests: readonly Test<Row>[]): Test<Row> {
  const [a, b, ...rest] = tests as [Test<Row>, Test<Row>, ...Test<Row>[]];
  if (b === undefined) return a;
  const more = rest.length === 0 ? b : some([b, ...rest]);
  return (row) => a(row) || more(row);
}

function number<Row>(get: (row: Row) => number, op: Compare, values: readonly Interval[]): Test<Row> {
  if (op === '!=') {
    const equal = number(get, '=', values);
    return (row) => get(row) >= 0 && !equal(row);
  }
  if (values.length > 1) return some(values.map((value) => number(get, op, [value])));
  const { lo, hi } = values[0]!;
  switch (op) {
    case '=':
      if (lo === hi) return (row) => get(row) === lo;
      return (row) => {
        const value = get(row);
        return value >= lo && value <= hi;
      };
    case '<':
      return (row) => {
        const value = get(row);
        return value >= 0 && value < lo;
      };
    case '<=':
      return (row) => {
        const value = get(row);
        return value >= 0 && value <= lo;
      };
    case '>':
      return (row) => get(row) > lo;
    case '>=':
      return (row) => get(row) >= lo;
  }
}

type Equal = ((text: string, wanted: string) => boolean) | null;

function equality(context: Context, name: string): Equal {
  const type = FIELDS.find((f) => f.context === context && f.name === name)!.type;
  if (type.kind === 'text' && type.match === 'range') return isRangeNamed;
  if (type.kind === 'text' && type.match === 'prot') return hasProtection;
  return null;
}

function text<Row>(get: (row: Row) => string, equal: Equal, values: readonly string[], negated: boolean): Test<Row> {
  if (equal !== null) {
    const test = remember((value) => values.some((wanted) => equal(value, wanted)));
    return (row) => test(get(row)) !== negated;
  }
  const [only, ...more] = values;
  if (more.length === 0) return negated ? (row) => get(row) !== only : (row) => get(row) === only;
  const wanted = new Set(values);
  return (row) => wanted.has(get(row)) !== negated;
}

const REMEMBERED = 4096;

/** Names are few and rows are many. The memory is bounded, since the target chooses the names. */
function remember(test: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>();
  let lastText: string | null = null;
  let lastAnswer = false;
  return (value) => {
    if (value === lastText) return lastAnswer;
    let answer = known.get(value);
    if (answer === undefined) {
      answer = test(value);
      if (known.size >= REMEMBERED) known.clear();
      known.set(value, answer);
    }
    lastText = value;
    lastAnswer = answer;
    return answer;
  };
}
