/** Sources as words: what is read, and what is refused before a fault would meet it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UffdscopeError } from '../../native/session/errors.js';
import { parseSource } from '../../native/session/source-text.js';

const refused = (text: string, code: string, message: RegExp, hint: RegExp): void =>
  assert.throws(
    () => parseSource(text),
    (e: unknown) => e instanceof UffdscopeError && e.code === code && message.test(e.message) && hint.test(e.hint),
  );

test('files with an offset in any form, one byte, some bytes, zeros', () => {
  const path = '/etc/passwd';
  assert.deepEqual(parseSource(path), { type: 'file', path, offset: 0 });
  assert.deepEqual(parseSource(`${path}@0x10`), { type: 'file', path, offset: 16 });
  assert.deepEqual(parseSource(`${path}@8388607G`), { type: 'file', path, offset: 8388607 * 2 ** 30 });
  assert.deepEqual(parseSource('pattern:a5'), { type: 'pattern', byte: 0xa5 });
  assert.deepEqual(parseSource('hex:de ad'), { type: 'bytes', bytes: Uint8Array.of(0xde, 0xad) });
  assert.deepEqual(parseSource('zero'), { type: 'zero' });
});

test('an offset that no file has is refused here, not by every fault', () => {
  for (const offset of ['9007199254740992', '0x20000000000000', '8388608G', '9'.repeat(400)])
    refused(`/etc/passwd@${offset}`, 'USAGE', /larger than any file/, /2\^53/);
});

test('half a byte, and what is nothing at all, with every form that there is', () => {
  refused('hex:abc', 'USAGE', /no whole bytes/, /hex:deadbeef/);
  refused('hex: ', 'USAGE', /no whole bytes/, /hex:deadbeef/);
  refused('/no/such/file', 'SOURCE', /cannot be read/, /zero, pattern:HH or hex:/);
  refused('/dev/tty', 'SOURCE', /not a file/, /zero, pattern:HH or hex:/);
});
