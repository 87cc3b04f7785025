/** A script that answers as fast as it can, for a while: all of it, and nothing stays. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endure } from '../bench/endure.js';

/** MiB. Garbage comes and goes; 100 bytes that stay of each fault would be far more. */
const COME_AND_GO = 24;

test('ten seconds of faults, each answered by TypeScript: no memory stays', { timeout: 120_000 }, async (t) => {
  const { pages, pagesPerSecond, asked, answered, missed, scope, script } = await endure(10);
  t.diagnostic(`${pages} pages, ${Math.round(pagesPerSecond)} a second; MiB: ${scope.join(' ')}, ${script.join(' ')}`);
  assert.deepEqual([answered, missed], [asked, 0]);
  assert.ok(asked >= pages && asked < pages * 1.01, `asked ${asked} times for ${pages} pages`);
  assert.ok(pages > 10_000, `${pages} pages`);
  for (const [who, [early, late]] of Object.entries({ scope, script }))
    assert.ok(late - early < COME_AND_GO, `${who} grew from ${early} to ${late} MiB`);
});
