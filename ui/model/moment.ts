/** Moments of a recording as they are typed: `12.5s`, `+3ms`, `-1s`, `50%`, `start`, `end`. */
import type { Playback } from '../../native/session/types.js';
import type { Parsed } from './arguments.js';

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9 };
const FORM = 'a time such as 12.5s, +3ms, -1s, 50%, start or end';

/** ns since attach; a bare number is seconds, as the header shows them. */
export function parseMoment(text: string, playback: Pick<Playback, 'from' | 'to' | 'at'>): Parsed<number> {
  const { from, to, at } = playback;
  const word = text.trim();
  if (word === 'start') return { ok: true, value: from };
  if (word === 'end') return { ok: true, value: to };
  const match = /^([+-]?)(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|m|%)?$/.exec(word);
  if (!match) return { ok: false, message: FORM };
  const [, sign = '', digits = '', unit = 's'] = match;
  const amount = unit === '%' ? (Number(digits) / 100) * (to - from) : Number(digits) * UNITS[unit]!;
  const value = sign === '' ? (unit === '%' ? from : 0) + amount : at + (sign === '-' ? -amount : amount);
  // Half a microsecond is what is shown less than.
  if (value < from - 500 || value > to + 500)
    return { ok: false, message: `it runs from ${seconds(from)} to ${seconds(to)}` };
  return { ok: true, value: Math.max(from, Math.min(to, value)) };
}

/** `12.345s` */
export function seconds(ns: number): string {
  return `${(ns / 1e9).toFixed(3)}s`;
}
