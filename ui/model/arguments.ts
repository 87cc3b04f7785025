/** What is typed after a command: times, numbers, places in files. Each gives a value or one sentence. */

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

const UNITS: Readonly<Record<string, number>> = { us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 60e3 };

/** `50ms`, `1.5s`, `2m`, or a bare number of milliseconds; in ms. */
export function parseDuration(text: string): Parsed<number> {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(us|µs|ms|s|m)?\s*$/.exec(text);
  if (!match) return { ok: false, message: 'a time such as 50ms, 1.5s or 2m' };
  const ms = Number(match[1]) * UNITS[match[2] ?? 'ms']!;
  return ms <= 24 * 3600e3 ? { ok: true, value: ms } : { ok: false, message: 'at most a day' };
}

const SIZES: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `4096`, `0x1000`, `64k`. */
export function parseNumber(text: string): Parsed<number> {
  const match = /^\s*(0x[0-9a-f]+|\d+)([kmg]?)\s*$/i.exec(text);
  if (!match) return { ok: false, message: 'a number such as 4096, 0x1000 or 64k' };
  const value = Number(match[1]) * SIZES[match[2]!.toLowerCase()]!;
  return Number.isSafeInteger(value) ? { ok: true, value } : { ok: false, message: 'that number is too large' };
}

/** `0xff` or `255` or `ff`: one byte. */
export function parseByte(text: string): Parsed<number> {
  const trimmed = text.trim();
  const value = /^(0x)?[0-9a-f]{1,2}$/i.test(trimmed) ? Number.parseInt(trimmed.replace(/^0x/i, ''), 16) : Number.NaN;
  return Number.isNaN(value) ? { ok: false, message: 'one byte in hex, 00 to ff' } : { ok: true, value };
}

export interface FilePlace {
  readonly path: string;
  readonly offset: number;
}

/** `PATH` or `PATH@OFFSET`. */
export function parseFilePlace(text: string): Parsed<FilePlace> {
  const trimmed = text.trim();
  if (trimmed === '') return { ok: false, message: 'a file, with @OFFSET where it does not begin at 0' };
  const match = /^(.+)@(0x[0-9a-f]+|\d+[kmg]?)$/i.exec(trimmed);
  if (!match) return { ok: true, value: { path: trimmed, offset: 0 } };
  const offset = parseNumber(match[2]!);
  return offset.ok ? { ok: true, value: { path: match[1]!, offset: offset.value } } : offset;
}

/** `0x7f31a2c04000`. */
export function parseAddress(text: string): Parsed<bigint> {
  const trimmed = text.trim();
  if (!/^0x[0-9a-f]{1,16}$/i.test(trimmed)) return { ok: false, message: 'an address such as 0x7f31a2c04000' };
  return { ok: true, value: BigInt(trimmed) };
}
