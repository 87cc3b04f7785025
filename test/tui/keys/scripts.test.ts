/** Keys of the Scripts tab, `|`, and the commands that scripts bring. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { on, Terminal } from '../harness.js';
import { callsOf, focusIs } from './faults-screen.js';

const SIZES = [
  { columns: 120, rows: 40 },
  { columns: 80, rows: 24 },
];

for (const size of SIZES)
  test(`${size.columns}x${size.rows}: what each was asked, counted, can do and said last; nothing of it is a command to the terminal`, async () => {
    await on(Terminal.dev(['--scripts', '--held', '2'], size), async (t) => {
      await t.ready();
      await t.press('2', ']');
      await t.until('the tab', /Rules \[Scripts\]/);
      await t.until('a running one', /slow-disk +on +1,204 +41µs/);
      await t.until('its counters, their names made safe', /pages 1,200 {2}bad␛\[31m 2/);
      await t.until('its commands', /can :drop/);
      await t.until('its log, the newest where there is little room', /│ read 4 pages/);
      await t.until('why one failed', /broken +failed[^]*broken\.ts:2:27: Expression/);
      await t.until('how many', /3 scripts, 1 not asked/);
      await t.press('enter');
      await t.until('all of it', /asked 1,204, answered 1,200, passed on 3, late 1, failed 0\./);
      await t.until('what the command is for', /command :drop {2}Forget the pages/);
      await t.until('its log, newest last', /the cache is cold␛\[2J[^]*read 4 pages/);
      await t.press('q', 'j', 'j');
      await t.until('the focus moves', /▌ broken/);
      assert.ok(t.rows.every((row) => row.length <= size.columns));
    });
  });

test('space r D: off and on, loaded again, taken out', async () => {
  await on(Terminal.dev(['--scripts', '--held', '2']), async (t) => {
    await t.ready();
    await t.press('2', ']', 'space');
    await t.until('off', /script slow-disk is off/);
    await t.until('it says so, and why', /slow-disk +off[^]*It was switched off by hand/);
    await t.press('space');
    await t.until('on', /script slow-disk is on/);
    await t.press('r');
    await t.until('it is said', /script slow-disk: was loaded again/);
    await t.press('D');
    await t.until('away', () => !/▌ slow-disk/.test(t.text) && /2 scripts/.test(t.text));
    assert.match(await callsOf(t), /script 1 off \| script 1 on \| script 1 reload \| script 1 remove/);
  });
});

test('L adds one by its file: tab completes the name, what is no script is refused there and then', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'scripts-'));
  writeFileSync(path.join(folder, 'lossy.ts'), 'export default {};');
  try {
    await on(Terminal.dev(['--held', '1']), async (t) => {
      await t.ready();
      await t.press('2', ']');
      await t.until('none yet', /no script is loaded: L takes one/);
      await t.press('L');
      await t.type(`${folder}/nothing.txt`);
      await t.until('no script', /nothing\.txt is no script/);
      await t.press(...Array.from({ length: 11 }, () => 'backspace'), 'l', 'tab');
      await t.until('completed', /lossy\.ts/);
      await t.press('enter');
      await t.until('it is there, in focus', /▌ lossy +on/);
      await t.until('said', /script lossy is at work/);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('| gives the held fault to a script, from a menu where there are several ways', async () => {
  await on(Terminal.dev(['--scripts', '--held', '2']), async (t) => {
    await t.ready();
    await focusIs(t, 31);
    await t.press('|');
    await t.until('the ways', /1 {2}slow-disk {2}its onFault[^]*2 {2}poison[^]*3 {2}slow-disk: drop/);
    await t.press('2');
    await t.until('done', /#31 script: Fault 31 is answered/);
    await focusIs(t, 32);
    await t.press('|', '3');
    await t.until('a command has its word', /slow-disk drop: drop done/);
    const calls = await callsOf(t);
    assert.match(calls, /script 31/);
    assert.match(calls, /script 1 runs drop on 32/);
  });
});

test('without a script | says so', async () => {
  await on(Terminal.dev(['--held', '1']), async (t) => {
    await t.ready();
    await t.press('|');
    await t.until('why not', /no script is on; :script\.add FILE takes one/);
  });
});

test('a command of a script by its name, with arguments; in the palette; and by c', async () => {
  await on(Terminal.dev(['--scripts', '--held', '1']), async (t) => {
    await t.ready();
    await t.press(':');
    await t.type('drop all 4k');
    await t.press('enter');
    await t.until('its word', /slow-disk drop: drop done/);
    await t.press('ctrl-p');
    await t.type('drop');
    await t.until('it is listed, with its purpose', /script\.slow-disk\.d.*Forget the pages/);
    await t.press('enter', '2', ']', 'c', '1');
    await t.until('again', /slow-disk drop: drop done/);
    assert.match(await callsOf(t), /runs drop all 4k on 31 \| script 1 runs drop on 31 \| script 1 runs drop on 31/);
  });
});
