/** Numbers as people write them: 0x1000, 4k, 1.5ms, 0xA-0xB, 0xA+2M, 1..5, EEXIST. Read and printed here alone. */
import { constants } from 'node:os';
import { MAX_NUMBER, type Interval, type RawValue } from './ast.js';
import { FilterFault, quoted } from './filter-error.js';
import { nearest } from './suggest.js';
import type { NumberUnit } from './fields.js';

const BYTES: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };
const COUNT: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };
const TIME: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, μs: 1e3, ms: 1e6, s: 1e9 };
const UNITS: Readonly<Record<NumberUnit, Readonly<Record<string, number>>>> = {
  address: BYTES,
  size: BYTES,
  count: COUNT,
  duration: TIME,
  errno: { '': 1 },
};
const EXAMPLE: Readonly<Record<NumberUnit, string>> = {
  address: 'an address such as 0x7f0000003000',
  size: 'a size such as 4k, 2M or 0x1000',
  count: 'a whole number such as 3 or 10k',
  duration: 'a time such as 50us, 5ms or 1s',
  errno: 'an error such as EEXIST or 17',
};
const ERRNO: Readonly<Record<string, number>> = constants.errno;

/** One value or a closed span of them. */
export function readInterval(value: RawValue, unit: NumberUnit): Interval {
  const { text } = value;
  const dots = text.indexOf('..');
  if (dots >= 0) {
    const lo = readPart(value, unit, 0, dots);
    return ordered(value, lo, readPart(value, unit, dots + 2, text.length));
  }
  if (unit === 'address' || unit === 'size') {
    const plus = text.indexOf('+');
    if (plus > 0) {
      const lo = readPart(value, unit, 0, plus);
      const hi = lo + readPart(value, 'size', plus + 1, text.length) - 1;
      if (hi > MAX_NUMBER) throw tooLarge(value);
      return ordered(value, lo, hi);
    }
    const dash = text.indexOf('-');
    // As /proc/PID/maps prints a mapping: the second address is the first one outside.
    if (dash > 0) {
      const lo = readPart(value, unit, 0, dash);
      return ordered(value, lo, readPart(value, unit, dash + 1, text.length) - 1);
    }
  }
  const one = readPart(value, unit, 0, text.length);
  return { lo: one, hi: one };
}

function ordered(value: RawValue, lo: number, hi: number): Interval {
  if (hi < lo) throw new FilterFault(`${quoted(value.text)} is empty: it ends before it starts`, value);
  return { lo, hi };
}

function tooLarge(value: RawValue): FilterFault {
  return new FilterFault(`${quoted(value.text)} is larger than any address or count`, value);
}

function readPart(value: RawValue, unit: NumberUnit, from: number, to: number): number {
  const text = value.text.slice(from, to);
  const span = value.quoted ? value : { at: value.at + from, length: to - from };
  const wrong = (suggestion: string | null = null, why = ''): FilterFault =>
    new FilterFault(`${quoted(text)} is not ${EXAMPLE[unit]}${why}`, span, suggestion);
  const match = /^(?:0x([0-9a-f]+)|(\d+(?:\.\d+)?))([a-zµμ]*)$/i.exec(text);
  if (match === null) {
    if (unit !== 'errno') throw wrong();
    const name = text.toUpperCase();
    const code = Object.hasOwn(ERRNO, name) ? ERRNO[name] : undefined;
    if (code === undefined) {
      const near = nearest(name, Object.keys(ERRNO));
      throw wrong(near, near === null ? '' : `; did you mean ${near}?`);
    }
    return code;
  }
  const [, hex, decimal, suffix] = match;
  const scale = lookUp(UNITS[unit], suffix!);
  if (scale === undefined) {
    if (unit === 'duration' && suffix === '') {
      if (Number(decimal ?? `0x${hex}`) === 0) return 0;
      throw wrong(`${text}ms`, '; it needs a unit');
    }
    throw wrong(null, `; "${suffix}" is no unit of it`);
  }
  const result = hex === undefined ? Number(decimal) * scale : Number(`0x${hex}`) * scale;
  // 1.5us is 1500 ns although 1.5 * 1000 may miss it by a rounding error; 0.3 bytes is a mistake.
  const whole = Math.round(result);
  if (whole > MAX_NUMBER) throw tooLarge({ ...value, ...span });
  if (Math.abs(result - whole) > 1e-6 * Math.max(1, whole)) throw wrong(null, '; it must be whole');
  return whole;
}

/** Units in any case. */
function lookUp(units: Readonly<Record<string, number>>, suffix: string): number | undefined {
  const name = suffix.toLowerCase();
  return Object.hasOwn(units, name) ? units[name] : undefined;
}

/** The shortest text that `readInterval` reads as the same. */
export function printInterval({ lo, hi }: Interval, unit: NumberUnit): string {
  if (lo === hi) return printNumber(lo, unit);
  if (unit === 'address' && hi < MAX_NUMBER) return `${printNumber(lo, unit)}-${printNumber(hi + 1, unit)}`;
  return `${printNumber(lo, unit)}..${printNumber(hi, unit)}`;
}

export function printNumber(value: number, unit: NumberUnit): string {
  switch (unit) {
    case 'address':
      return `0x${value.toString(16)}`;
    case 'size':
      return scaled(
        value,
        [
          ['G', 2 ** 30],
          ['M', 2 ** 20],
          ['k', 2 ** 10],
        ],
        '',
      );
    case 'duration':
      return scaled(
        value,
        [
          ['s', 1e9],
          ['ms', 1e6],
          ['us', 1e3],
        ],
        'ns',
      );
    case 'errno':
      return Object.keys(ERRNO).find((name) => ERRNO[name] === value) ?? String(value);
    case 'count':
      return String(value);
  }
}

function scaled(value: number, units: readonly (readonly [string, number])[], smallest: string): string {
  if (value === 0) return '0';
  const unit = units.find(([, size]) => value % size === 0);
  return unit === undefined ? `${value}${smallest}` : `${value / unit[1]}${unit[0]}`;
}
