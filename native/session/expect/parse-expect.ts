/** An expectation's text to its meaning: `[FILTER:] MEASURE OP VALUE`, or `no FILTER`. */
import { UffdscopeError } from '../errors.js';
import { FilterFault, outcome, quoted, renderFilterError, type Outcome, type Span } from '../filter/filter-error.js';
import { compileView } from '../filter/index.js';
import { nearest } from '../filter/suggest.js';
import { readInterval } from '../filter/values.js';
import type { FaultColumns } from '../types.js';
import { MEASURES, type Measure, type Operator } from './measures.js';

type Test = (fault: FaultColumns) => boolean;

interface Written {
  readonly text: string;
  /** What may surprise, one sentence each. */
  readonly notes: readonly string[];
}

/** A number at the end. `test` null: of every fault. */
export interface Measured extends Written {
  readonly type: 'measured';
  readonly test: Test | null;
  readonly measure: Measure;
  readonly op: Operator;
  /** ns, or a count. */
  readonly limit: number;
}

/** Something that must not be, at any time. */
export interface Never extends Written {
  readonly type: 'never';
  readonly test: Test;
}

export type Expectation = Measured | Never;

const MAX_LENGTH = 4096;
const COMPARISON = /^(\s*)([a-z][\w.]*)\s*(<=|>=|!=|<|>|=)\s*(\S*)\s*$/i;

/**
 * A fault is counted once it has its end, and then waits no more: such a filter would never take one, whatever happened.
 */
const COUNTED_AT_ITS_END = 'a fault is counted when it has its end and waits no more; write: no held age>1s';
const WAITING: Readonly<Record<string, string>> = Object.fromEntries(
  ['held', '@held', '@waiting', ...['unread', 'read', 'held', 'delayed', 'scripted'].map((s) => `state=${s}`)].map(
    (name) => [name, COUNTED_AT_ITS_END],
  ),
);

/** @throws UffdscopeError EXPECT, with a caret under the place. */
export function readExpectation(text: string): Expectation {
  const parsed = parseExpectation(text);
  if (parsed.ok) return parsed.expectation;
  const { error } = parsed;
  const hint = error.suggestion === null ? 'See docs/reference/expect.md.' : `Write ${error.suggestion} there.`;
  throw new UffdscopeError('EXPECT', renderFilterError(text, error), hint, { column: error.column });
}

export function parseExpectation(text: string): Outcome<{ readonly expectation: Expectation }> {
  return outcome(() => {
    if (text.length > MAX_LENGTH)
      throw new FilterFault(`an expectation has at most ${MAX_LENGTH} characters`, { at: MAX_LENGTH, length: 1 });
    const never = /^\s*no\s+/i.exec(text);
    if (never !== null) return { expectation: readNever(text, never[0].length) };
    return { expectation: readMeasured(text) };
  });
}

function readNever(text: string, at: number): Never {
  if (text.slice(at).trim() === '')
    throw new FilterFault('say what must not be, as in no held age>1s', { at, length: 1 });
  return { type: 'never', text: text.trim(), ...readFilter(text, at, text.length) };
}

function readMeasured(text: string): Measured {
  const colon = lastColon(text);
  const start = colon + 1;
  const tail = text.slice(start);
  const match = COMPARISON.exec(tail);
  if (match === null || (colon < 0 && !isMeasure(match[2]!) && compileView(text).ok)) throw noMeasure(text, start);
  const [, space, name, op, value] = match;
  const at = start + space!.length;
  const measure = findMeasure(name!, { at, length: name!.length });
  const limit = readLimit({ text: value!, at: start + tail.lastIndexOf(value!), length: value!.length }, measure);
  const rest = { type: 'measured', text: text.trim(), measure, op: op as Operator, limit } as const;
  if (colon < 0 || text.slice(0, colon).trim() === '') return { ...rest, test: null, notes: [] };
  return { ...rest, ...readFilter(text, 0, colon, WAITING) };
}

const isMeasure = (name: string): boolean => MEASURES.some((measure) => measure.name === name.toLowerCase());

function findMeasure(name: string, span: Span): Measure {
  const wanted = name.toLowerCase();
  const found = MEASURES.find((measure) => measure.name === wanted);
  if (found) return found;
  const names = MEASURES.map((measure) => measure.name);
  const near = nearest(wanted, names);
  throw new FilterFault(
    `there is no measure ${quoted(name)}; ${near ? `did you mean ${near}?` : `there are ${names.join(', ')}`}`,
    span,
    near,
  );
}

function readLimit(value: Span & { readonly text: string }, measure: Measure): number {
  if (value.text === '')
    throw new FilterFault(`${measure.name} is compared with a value, as in ${measure.example}`, value);
  const text = measure.perSecond ? value.text.replace(/\/s$/, '') : value.text;
  const { lo, hi } = readInterval({ ...value, text, length: text.length, quoted: false }, measure.unit);
  if (lo !== hi) throw new FilterFault(`${quoted(text)} is several; one is meant`, value);
  return lo;
}

/** The filter between two places, its errors told at their place in the whole. */
function readFilter(
  text: string,
  from: number,
  to: number,
  refused: Readonly<Record<string, string>> = {},
): { test: Test; notes: readonly string[] } {
  const compiled = compileView(text.slice(from, to), { refused });
  if (compiled.ok) return { test: compiled.test, notes: compiled.notes };
  const { message, column, length, suggestion } = compiled.error;
  throw new FilterFault(message, { at: column - 1 + from, length }, suggestion);
}

/** Before the measure; outside quotes. -1: there is none. */
function lastColon(text: string): number {
  let last = -1;
  let inQuotes = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\' && inQuotes) i++;
    else if (text[i] === '"') inQuotes = !inQuotes;
    else if (text[i] === ':' && !inQuotes) last = i;
  }
  return last;
}

function noMeasure(text: string, start: number): FilterFault {
  const span = { at: start + (text.slice(start).length - text.slice(start).trimStart().length), length: 1 };
  const isFilter = compileView(text).ok && text.trim() !== '';
  const examples = `write count>=1, p99<5ms, FILTER: count=0, or no FILTER`;
  return new FilterFault(
    isFilter ? `a filter alone says nothing to hold; ${examples}` : `here a measure is compared; ${examples}`,
    span,
  );
}
