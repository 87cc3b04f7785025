/** R: a recording on and off, and what the status row says of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { on, Terminal } from '../harness.js';
import { callsOf } from './faults-screen.js';

test('R asks for a file, says what is written, and stops', async () => {
  await on(Terminal.dev(['--held', '0']), async (t) => {
    await t.ready();
    await t.press('R');
    await t.until('a name to take', /file: demo-4012\.uffdrec/);
    await t.press('enter');
    await t.until('it is on', /recording to demo-4012\.uffdrec/);
    await t.until('the status row says so', /\[rec: demo-4012\.uffdrec 1\.2M\]/);
    await t.press('R');
    await t.until('it is off', /0 faults, 1\.2 M recorded in demo-4012\.uffdrec/);
    await t.until('and no longer shown', () => !/\[rec:/.test(t.text));
    await t.press(':');
    await t.type('record other.uffdrec');
    await t.press('enter');
    await t.until('by name', /recording to other\.uffdrec/);
    assert.match(await callsOf(t), /record demo-4012\.uffdrec .*record other\.uffdrec/);
  });
});
