/** Editing bytes: nibbles, text, undo, pastes, and the way through an editor of one's own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findBytes, parseHex, parseNeedle } from '../../../../ui/model/byte-search.js';
import { formatDump, parseDump } from '../../../../ui/model/dump-text.js';
import { HexEdit } from '../../../../ui/model/hex-edit.js';

const edit = (length = 32, cursor = 0): HexEdit => new HexEdit(new Uint8Array(length), new Uint8Array(length), cursor);

test('two digits are a byte, and the cursor goes on', () => {
  const hex = edit();
  for (const digit of [0xd, 0xe, 0xa]) hex.nibble(digit);
  assert.deepEqual([...hex.bytes.subarray(0, 3)], [0xde, 0xa0, 0]);
  assert.equal(hex.cursor, 1);
  assert.equal(hex.changed, 2);
});

test('text types whole bytes', () => {
  const hex = edit(4, 2);
  hex.byte(0x41);
  hex.byte(0x42);
  hex.byte(0x43); // at the end it stays on the last byte
  assert.deepEqual([...hex.bytes], [0, 0, 0x41, 0x43]);
});

test('undo takes back one digit at a time, to the very beginning', () => {
  const hex = edit();
  hex.nibble(0xf);
  hex.nibble(0x1);
  assert.ok(hex.undo());
  assert.equal(hex.bytes[0], 0xf0);
  assert.ok(hex.undo());
  assert.equal(hex.bytes[0], 0);
  assert.ok(!hex.undo());
});

test('a paste goes as far as the page does', () => {
  const hex = edit(4, 2);
  hex.paste(Uint8Array.of(1, 2, 3, 4, 5));
  assert.deepEqual([...hex.bytes], [0, 0, 1, 2]);
});

test('revert counts nothing as changed', () => {
  const hex = edit();
  hex.nibble(5);
  hex.replace(hex.original);
  assert.equal(hex.changed, 0);
});

test('the page that is edited is a copy', () => {
  const bytes = new Uint8Array(4);
  const hex = new HexEdit(bytes, bytes, 0);
  hex.nibble(0xf);
  assert.equal(bytes[0], 0);
  assert.equal(hex.changed, 1);
});

test('a dump of any bytes reads back as the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assert.deepEqual(parseDump(formatDump(bytes), bytes.length), { ok: true, bytes });
    }),
  );
});

test('a dump that was spoilt is refused with its line', () => {
  const dump = formatDump(Uint8Array.of(1, 2, 3));
  assert.deepEqual(parseDump(dump.replace('02', 'zz'), 3), { ok: false, message: 'line 2: zz is not a byte in hex.' });
  assert.match(
    (parseDump(dump.replace(' 02', ''), 3) as { message: string }).message,
    /it has 2 bytes, and the page 3/,
  );
});

test('what to search for: hex where it reads as hex, else text', () => {
  assert.deepEqual([...parseNeedle('7f 45')!], [0x7f, 0x45]);
  assert.deepEqual([...parseNeedle('0x7f45')!], [0x7f, 0x45]);
  assert.deepEqual([...parseNeedle('ELF')!], [0x45, 0x4c, 0x46]);
  assert.deepEqual([...parseNeedle('"7f45"')!], [0x37, 0x66, 0x34, 0x35]);
  assert.equal(parseNeedle('  '), null);
  assert.equal(parseHex('7f4'), null);
});

test('search goes on, round, and back', () => {
  const bytes = new TextEncoder().encode('abcabc');
  const needle = new TextEncoder().encode('bc');
  assert.equal(findBytes(bytes, needle, 0, 1), 1);
  assert.equal(findBytes(bytes, needle, 2, 1), 4);
  assert.equal(findBytes(bytes, needle, 5, 1), 1, 'round');
  assert.equal(findBytes(bytes, needle, 3, -1), 1);
  assert.equal(findBytes(bytes, needle, -1, -1), 4, 'round');
  assert.equal(findBytes(bytes, new TextEncoder().encode('x'), 0, 1), null);
});
