/** Keys that change what the list shows, never the target. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { on, pause, Terminal } from '../harness.js';

test('/ filters as it is typed; esc brings the previous one back; = and ! narrow by the cell', async () => {
  await on(Terminal.dev(['--past', '60', '--held', '0']), async (t) => {
    await t.ready();
    await t.press('/');
    await t.type('kind=wp');
    await t.until(
      'live',
      () => /─ (\d+) shown of 60/.test(t.text.replaceAll('·', '')) && !/60 shown of 60/.test(t.text),
    );
    await t.until('the count in the prompt', /\d+ of 60 faults/);
    await t.press('enter');
    await t.until('kept', /\[f: kind=wp\]/);
    await t.press('f');
    await t.type(' tid=1');
    await t.until('nothing fits', /0 shown of 60/);
    await t.press('esc');
    await t.until('the previous one', () => /\[f: kind=wp\]/.test(t.text) && !/ 0 shown of 60/.test(t.text));
    await t.press('esc');
    await t.until('none', /60 shown of 60/);
    await t.press('l', 'l', 'l', '=');
    await t.until('and-it: the column KIND', /filter: kind=/);
    await t.press('!');
    await t.until('and-not-it', /filter: (not|!)/);
  });
});

test('s and S sort and reverse by the column in focus', async () => {
  await on(Terminal.dev(['--past', '60', '--held', '0']), async (t) => {
    await t.ready();
    await t.press('S');
    await t.until('reversed', () => /#↓/.test(t.text));
    await t.press('S', 'right', 'right', 's');
    await t.until('by thread', /TID↑/);
    const tids = t.rows
      .map((row) => /││[▌ ] +\d+ +[\d.]+ (\d+) +(?:miss|wp|min)/.exec(row)?.[1])
      .filter((tid) => tid !== undefined);
    assert.deepEqual(tids, tids.toSorted());
    await t.press('s');
    await t.until('the order they came in', () => !/TID↑/.test(t.text));
  });
});

test('p freezes the view, not the target', async () => {
  await on(Terminal.dev(['--held', '0', '--rate', '500']), async (t) => {
    await t.ready();
    await t.press('p');
    await t.until('frozen', /FROZEN/);
    const shown = /FROZEN · ([\d,]+) shown of/.exec(t.text)?.[1];
    await pause(400);
    assert.equal(/FROZEN · ([\d,]+) shown of/.exec(t.text)?.[1], shown);
    assert.notEqual(/shown of ([\d,]+)/.exec(t.text)?.[1], shown, 'faults went on');
    await t.press('p');
    await t.until('goes on', () => !/FROZEN/.test(t.text));
  });
});
