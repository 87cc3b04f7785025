/** Keys that mark; verbs act on what is marked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { on, Terminal } from '../harness.js';
import { callsOf, focused, focusIs } from './faults-screen.js';

test('marks: space, v … v, M, U; verbs act on them', async () => {
  await on(Terminal.dev(['--held', '6']), async (t) => {
    await t.ready();
    await focusIs(t, 31);
    await t.press('space');
    await t.until('one marked, focus goes on', () => /1 marked/.test(t.text) && focused(t) === 32);
    await t.press('v', 'j', 'j', 'v');
    await t.until('four marked', /4 marked/);
    await t.press('M');
    await t.until('only they show', /4 shown of 36/);
    await t.press('w');
    await t.until('woken together', /wake: 4 faults/);
    await t.press('U');
    await t.until('nothing to unmark', /nothing is marked|36 shown of 36/);
    assert.match(await callsOf(t), /wake 31,32,33,34/);
  });
});
