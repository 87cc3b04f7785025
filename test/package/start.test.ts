/** `npm start`, as it is said to whoever has just cloned the project. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { on, Terminal } from '../tui/harness.js';

test('npm start opens the demo, and leaves the terminal as it was', async () => {
  await on(Terminal.shell('npm start'), async (t) => {
    await t.until('a fault that waits', /HELD/, 120_000); // it builds what is not built
    assert.ok(t.alternate);
    await t.press('Q');
    await t.until('the shell', () => !t.alternate);
    t.send('exit\r');
    assert.equal(await t.ended(), 0);
  });
});
