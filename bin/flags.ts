/** Words of the command line as values; each refuses with one sentence that says what is meant. */
import { UffdscopeError } from '../native/session/errors.js';
import { safeText } from '../native/session/safe-text.js';

const UNITS = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, min: 60e9, h: 3600e9 } as const;

/** `250us`, `1.5s` as nanoseconds. @throws UffdscopeError USAGE. */
export function parseDuration(text: string, flag: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|min|h)$/.exec(text);
  const ns = match === null ? Number.NaN : Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
  if (ns >= 1 && ns <= 365 * 86_400e9) return Math.round(ns);
  throw usage(`${quoted(text)} is no time for ${flag}`, 'Write a number and its unit: 500us, 20ms, 1.5s.');
}

export const GRANULARITIES = { '4k': 4096, '8k': 8192, '16k': 16_384, '64k': 65_536, '2M': 2_097_152 } as const;

/** @throws UffdscopeError USAGE. */
export function parseGranularity(text: string): number {
  const found = Object.entries(GRANULARITIES).find(([name]) => name.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found[1];
  throw usage(
    `${quoted(text)} is no granularity`,
    `One of ${Object.keys(GRANULARITIES).join(', ')}: how many bytes one answer fills.`,
  );
}

/** `64M`, `1G`: bytes, at least 1 MiB. @throws UffdscopeError USAGE. */
export function parseSize(text: string, flag: string): number {
  const match = /^([0-9]{1,6})([kKmMgGtT]?)$/.exec(text);
  const unit = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }[match?.[2]?.toLowerCase() ?? ''] ?? 1;
  const bytes = match === null ? Number.NaN : Number(match[1]) * unit;
  if (bytes >= 2 ** 20 && bytes <= 2 ** 50) return bytes;
  throw usage(`${quoted(text)} is no size for ${flag}`, 'At least 1M: 64M, 1G.');
}

/** An inode number of fdinfo. @throws UffdscopeError USAGE. */
export function parseCount(text: string, flag: string): number {
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw usage(`${quoted(text)} is no number for ${flag}`, `${flag} takes a whole number.`);
}

export function usage(sentence: string, hint = ''): UffdscopeError {
  return new UffdscopeError('USAGE', `${sentence}.`, hint);
}

export function quoted(text: string): string {
  return `"${safeText(text.length > 60 ? `${text.slice(0, 59)}…` : text)}"`;
}
