/** The last line of a replay: what was answered as recorded, and what only matched. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedReplays, replayedText } from '../../bin/output/replayed.js';
import type { ResolveRecord } from '../../native/session/records.js';

const resolve = (seq: number, by: string, errno: string | null): ResolveRecord => ({
  ...{ type: 'resolve', t: 1, seq, action: 'copy', bytes: 4096, latency: 1 },
  ...{ by, errno, readAt: 0, answeredAt: 1, resumedAt: null },
});

test('a recorded answer that the kernel refused is not told as given', () => {
  const refused = new RefusedReplays();
  refused.see(resolve(1, 'replay', null));
  refused.see(resolve(2, 'replay', 'ENOMEM'));
  refused.see(resolve(2, 'replay', 'ENOMEM'));
  refused.see(resolve(3, 'default', 'ENOMEM'));
  assert.equal(refused.count, 1);
  assert.equal(
    replayedText({ matched: 3, diverged: 1 }, refused.count),
    '2 faults answered as recorded, 1 whose recorded answer failed, 1 that were not recorded.',
  );
  assert.equal(replayedText({ matched: 1, diverged: 0 }, 0), '1 fault answered as recorded, 0 that were not recorded.');
});
