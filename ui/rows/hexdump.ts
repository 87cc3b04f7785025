/** Bytes, sixteen a row, with the byte that was touched and those that were edited. */
import type { Paint } from '../screen/paint.js';
import type { Role } from '../screen/theme.js';

export interface Hexdump {
  readonly bytes: Uint8Array;
  /** First row shown. */
  readonly top: number;
  /** Offset of the byte that faulted, or -1. */
  readonly touched: number;
  /** What the bytes were before edits; the ones that differ are highlighted. */
  readonly original: Uint8Array | null;
  /** Where typing goes, or -1, and in which half. */
  readonly cursor: number;
  readonly side: 'hex' | 'ascii';
  /** Bytes [from, to) found by a search. */
  readonly match: readonly [from: number, to: number] | null;
}

export const BYTES_PER_ROW = 16;

/** Cells before the first byte: two blanks, the offset, two blanks. */
export function offsetWidth(length: number): number {
  return Math.max(2, (Math.max(1, length) - 1).toString(16).length);
}

export function hexdumpRows(dump: Hexdump, height: number, width: number, paint: Paint): string[] {
  const all = Math.ceil(dump.bytes.length / BYTES_PER_ROW);
  const shown = Math.max(0, Math.min(height, all - dump.top));
  return Array.from({ length: shown }, (_, i) => hexRow(dump, (dump.top + i) * BYTES_PER_ROW, width, paint));
}

function hexRow(dump: Hexdump, start: number, width: number, paint: Paint): string {
  const { bytes } = dump;
  const end = Math.min(bytes.length, start + BYTES_PER_ROW);
  const changed = dump.original !== null && differs(dump.bytes, dump.original, start, end);
  const line = paint.line(width);
  line.add(changed ? '* ' : '  ', 'edited');
  line.add(start.toString(16).padStart(offsetWidth(bytes.length), '0'), 'label').add(' ');
  for (let at = start; at < start + BYTES_PER_ROW; at++) {
    if (at === start + 8) line.add(' ');
    if (at >= end) {
      line.add('   ');
      continue;
    }
    const open = at === dump.touched ? '[' : at - 1 === dump.touched && at > start ? ']' : ' ';
    line.add(open, 'faulting').add(bytes[at]!.toString(16).padStart(2, '0'), byteRole(dump, at, 'hex'));
  }
  line.add(end === start + BYTES_PER_ROW && dump.touched === end - 1 ? ']' : ' ', 'faulting').add(' ');
  for (let at = start; at < end; at++) line.add(printable(bytes[at]!), byteRole(dump, at, 'ascii'));
  return line.end();
}

function byteRole(dump: Hexdump, at: number, side: 'hex' | 'ascii'): Role {
  if (at === dump.cursor) return side === dump.side ? 'selected' : 'faulting';
  if (dump.match && at >= dump.match[0] && at < dump.match[1]) return 'match';
  if (dump.original && dump.bytes[at] !== dump.original[at]) return 'edited';
  if (at === dump.touched) return 'faulting';
  return side === 'hex' && dump.bytes[at] === 0 ? 'dim' : 'plain';
}

function differs(a: Uint8Array, b: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (a[at] !== b[at]) return true;
  return false;
}

function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
}

/** The cell, within the dump's first shown row, of byte `at` of a row: for the cursor and the mouse. */
export function byteColumn(index: number, side: 'hex' | 'ascii', length: number): number {
  const hexStart = 2 + offsetWidth(length) + 1;
  if (side === 'hex') return hexStart + index * 3 + 1 + (index >= 8 ? 1 : 0);
  return hexStart + BYTES_PER_ROW * 3 + 1 + 2 + index;
}
