/** The page as it is, read without raising a fault: also where it lies in a file's cache and no page table says so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../../native/session/index.js';
import { startTarget } from '../fixtures/target.js';
import { until } from '../support/until.js';

test('of a minor fault: what its file holds', async () => {
  await using target = await startTarget('minor');
  await using session = await attach({ pid: target.pid, hold: null, defaultAnswer: 'zero' });
  await until('a held fault', () => session.snapshot().held > 0);
  const [seq] = session.faults.waiting();
  const fault = session.faults.row(seq!)!;
  assert.equal(fault.kind, 'minor');
  const page = await session.readPage(fault.page, 6);
  assert.ok(page.known);
  assert.equal(Buffer.from(page.bytes).toString(), 'page 0');
  assert.equal(session.snapshot().faults, 1, 'and no fault came of it');
});

test('of a missing fault: nothing is there', async () => {
  await using target = await startTarget('missing');
  await using session = await attach({ pid: target.pid, hold: null, defaultAnswer: 'zero' });
  await until('a held fault', () => session.snapshot().held > 0);
  const [seq] = session.faults.waiting();
  assert.deepEqual(await session.readPage(session.faults.row(seq!)!.page, 4096), {
    known: false,
    reason: 'The page is not there yet.',
  });
});
