/** Damage done on purpose: exactly what was asked, on a copy, the same for the same seed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corrupt } from '../../native/session/corrupt.js';

const good = Uint8Array.from({ length: 64 }, (_, i) => i);
const differing = (a: Uint8Array, b: Uint8Array) => a.reduce((n, byte, i) => n + (byte === b[i] ? 0 : 1), 0);

test('flips depend on the seed alone, and leave the original as it is', () => {
  const once = corrupt(good, [{ type: 'flip', bits: 1, seed: 7 }]);
  assert.equal(differing(once, good), 1);
  assert.deepEqual(once, corrupt(good, [{ type: 'flip', bits: 1, seed: 7 }]));
  assert.notDeepEqual(once, corrupt(good, [{ type: 'flip', bits: 1, seed: 8 }]));
  assert.equal(good[5], 5);
});

test('xor, fill, truncate and stale bytes, one after the other', () => {
  assert.equal(corrupt(good, [{ type: 'xor', byte: 0xff }])[1], 0xfe);
  assert.ok(corrupt(good, [{ type: 'fill', byte: 0xaa }]).every((b) => b === 0xaa));
  const cut = corrupt(good, [{ type: 'truncate', length: 8 }]);
  assert.deepEqual([cut[7], cut[8], cut[63]], [7, 0, 0]);
  const stale = corrupt(good, [
    { type: 'stale', bytes: Uint8Array.of(9, 9) },
    { type: 'xor', byte: 1 },
  ]);
  assert.deepEqual([...stale.subarray(0, 3)], [8, 8, 3]);
});
