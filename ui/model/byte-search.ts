/** Bytes to look for, as typed: `7f 45 4c`, `0x7f45`, or text (in quotes where it looks like hex). */
export function parseNeedle(text: string): Uint8Array | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  const quoted = /^"(.*)"$/s.exec(trimmed);
  if (quoted) return new TextEncoder().encode(quoted[1]);
  return parseHex(trimmed) ?? new TextEncoder().encode(trimmed);
}

/** `7f454c46`, `0x7f 45 4c`, or null. */
export function parseHex(text: string): Uint8Array | null {
  const digits = text.replace(/0x|[\s,]/gi, '');
  return digits.length > 0 && digits.length % 2 === 0 && /^[0-9a-f]+$/i.test(digits)
    ? Uint8Array.from(Buffer.from(digits, 'hex'))
    : null;
}

/** Where the needle stands next, from an offset on, going round; null where it is not. */
export function findBytes(bytes: Uint8Array, needle: Uint8Array, from: number, direction: 1 | -1): number | null {
  if (needle.length === 0 || bytes.length === 0) return null;
  const hay = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at =
    direction === 1
      ? [hay.indexOf(needle, from), hay.indexOf(needle)]
      : [from < 0 ? -1 : hay.lastIndexOf(needle, from), hay.lastIndexOf(needle)];
  return at.find((place) => place >= 0) ?? null;
}
