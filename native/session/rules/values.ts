/** The values of actions and modifiers: text to meaning. Every function throws FilterFault with the place. */
import { FilterFault, quoted, type Span } from '../filter/filter-error.js';
import { readInterval } from '../filter/values.js';
import type { NumberUnit } from '../filter/fields.js';
import type { Damage, Delay, Scope, When } from './rule.js';

export type Value = Span & { readonly text: string };

function one(value: Value, unit: NumberUnit): number {
  const { lo, hi } = readInterval({ ...value, quoted: false }, unit);
  if (lo !== hi) throw new FilterFault(`${quoted(value.text)} is several; one is meant`, value);
  return lo;
}

const wrong = (value: Value, what: string): FilterFault =>
  new FilterFault(`${quoted(value.text)} is no ${what}`, value);

/** The part of a value, with its own place. */
function slice(value: Value, from: number, to = value.text.length): Value {
  const raw = value.text.slice(from, to);
  const text = raw.trim();
  return { text, at: value.at + from + (raw.length - raw.trimStart().length), length: text.length };
}

export function readCount(value: Value, least = 1): number {
  const n = one(value, 'count');
  if (n < least || n > 0xffff_ffff) throw wrong(value, `count from ${least} up`);
  return n;
}

/** Of a page of 4 KiB: no bit is flipped twice. */
const MOST_FLIPS = 32_768;

function readFlips(value: Value): number {
  const n = readCount(value);
  if (n > MOST_FLIPS) throw wrong(value, `count of bits, at most ${MOST_FLIPS}: a page has no more`);
  return n;
}

export const readSize = (value: Value): number => {
  const n = one(value, 'size');
  if (n < 1 || n > 0xffff_ffff) throw wrong(value, 'size from 1 byte to 4G');
  return n;
};

const DAY = 86_400e9;

export function readTime(value: Value): number {
  const long = /^(\d+(?:\.\d+)?)(m|h)$/i.exec(value.text);
  const n = long ? Number(long[1]) * (long[2]!.toLowerCase() === 'm' ? 60e9 : 3600e9) : one(value, 'duration');
  if (n > DAY) throw wrong(value, 'time of at most a day');
  return n;
}

export function readShare(value: Value): number {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(value.text);
  const n = percent
    ? Number(percent[1]) / 100
    : /^(\d+(\.\d*)?|\.\d+)(e-?\d+)?$/i.test(value.text)
      ? Number(value.text)
      : NaN;
  if (!(n >= 0 && n <= 1)) throw wrong(value, 'probability; write 0..1, or a share such as 1%');
  return n;
}

export function readDelay(value: Value): Delay {
  const call = /^(normal|exp|uniform|pareto)\s*\(([^()]*)\)$/i.exec(value.text);
  if (!call) {
    const tilde = value.text.indexOf('~');
    if (tilde < 0) return { type: 'fixed', base: readTime(value), jitter: 0 };
    const base = readTime(slice(value, 0, tilde));
    const jitter = readTime(slice(value, tilde + 1));
    if (jitter > base) throw new FilterFault('the jitter is larger than the delay itself', value);
    return { type: 'fixed', base, jitter };
  }
  const open = value.text.indexOf('(') + 1;
  const comma = value.text.indexOf(',', open);
  const type = call[1]!.toLowerCase() as 'normal' | 'exp' | 'uniform' | 'pareto';
  const a = readTime(slice(value, open, comma < 0 ? value.text.length - 1 : comma));
  if (type === 'exp') {
    if (comma >= 0) throw new FilterFault('exp takes one time: its mean', value);
    return { type, mean: a };
  }
  if (comma < 0) throw new FilterFault(`${type} takes two values`, value);
  const second = slice(value, comma + 1, value.text.length - 1);
  if (type === 'pareto') {
    const shape = Number(second.text);
    if (!(shape > 0 && shape <= 100)) throw wrong(second, 'shape; write a number such as 1.5');
    return { type, least: a, shape };
  }
  const b = readTime(second);
  if (type === 'normal') return { type, mean: a, deviation: b };
  if (b < a) throw new FilterFault(`${quoted(value.text)} is empty: it ends before it starts`, value);
  return { type: 'uniform', least: a, most: b };
}

export function readDamage(value: Value): Damage {
  const [, kind, rest] = /^([a-z]+):(.*)$/is.exec(value.text) ?? [];
  const restAt = slice(value, (kind?.length ?? 0) + 1);
  switch (kind?.toLowerCase()) {
    case 'flip':
      return { type: 'flip', bits: readFlips(restAt) };
    case 'xor':
    case 'fill':
      if (!/^(0x)?[0-9a-f]{1,2}$/i.test(rest!)) throw wrong(restAt, 'byte; write two hex digits');
      return { type: kind.toLowerCase() as 'xor' | 'fill', byte: parseInt(rest!, 16) };
    case 'off': {
      const assign = rest!.indexOf('=');
      const hex = rest!.slice(assign + 1).replace(/\s+/g, '');
      if (assign < 0 || !/^([0-9a-f]{2})+$/i.test(hex))
        throw new FilterFault('write the offset and the bytes, as in off:0x10=deadbeef', value);
      const offset = one(slice(restAt, 0, assign), 'size');
      return { type: 'off', offset, bytes: Uint8Array.from(Buffer.from(hex, 'hex')) };
    }
    default:
      throw new FilterFault(
        `${quoted(value.text)} is no damage; there are flip:N, xor:HH, fill:HH, off:OFF=HEX`,
        value,
      );
  }
}

export function readWhen(value: Value): When {
  const match = /^(\d+)(?:\.\.(\d+))?(?:\+(\d*))?$/.exec(value.text);
  if (!match)
    throw new FilterFault(`${quoted(value.text)} is no FIRST[..LAST][+[STEP]], such as 100+50 or 3..10`, value);
  const first = Number(match[1]);
  const [, , lastText, stepText] = match;
  if (first < 1) throw new FilterFault('matches are counted from 1', value);
  const step = stepText === undefined ? 0 : stepText === '' ? 1 : Number(stepText);
  const last = lastText === undefined ? first : Number(lastText);
  if (last < first) throw new FilterFault(`${quoted(value.text)} is empty: it ends before it starts`, value);
  if (stepText !== undefined && step < 1) throw new FilterFault('a step is at least 1', value);
  if (Math.max(first, last, step) > 0xffff_ffff) throw wrong(value, 'count below 4294967296');
  // FIRST+STEP goes on for ever; FIRST..LAST+STEP takes every STEP-th in between.
  return { first, last: lastText === undefined && step > 0 ? Infinity : last, step: step || 1 };
}

export function readScope(value: Value): Scope {
  const scope = value.text.toLowerCase();
  if (scope !== 'thread' && scope !== 'page' && scope !== 'rule')
    throw new FilterFault(`${quoted(value.text)} is no scope; there are thread, page and rule`, value);
  return scope;
}

export function readName(value: Value): string {
  if (!/^[A-Za-z][\w.-]{0,31}$/.test(value.text))
    throw new FilterFault(
      `${quoted(value.text)} is no name; write a letter, then letters, digits, - . _, 32 at most`,
      value,
    );
  return value.text;
}
