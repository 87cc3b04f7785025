/** Every key that moves, and the panes it moves through. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { on, Terminal } from '../harness.js';
import { activePane, focused, focusIs } from './faults-screen.js';

test('moving: j k arrows, pages, g G Home End', async () => {
  await on(Terminal.dev(['--past', '200', '--held', '0']), async (t) => {
    await t.ready();
    await focusIs(t, 200);
    assert.match(t.text, /following/);
    await t.press('k');
    await focusIs(t, 199);
    await t.until('it follows no more', () => !t.text.includes('following'));
    await t.press('up');
    await focusIs(t, 198);
    await t.press('j', 'down');
    await focusIs(t, 200);
    await t.press('ctrl-u');
    await t.until('a page up', () => focused(t) < 192);
    const above = focused(t);
    await t.press('pageup');
    await t.until('another', () => focused(t) < above);
    await t.press('ctrl-d', 'pagedown');
    await focusIs(t, 200);
    await t.press('g');
    await focusIs(t, 1);
    await t.press('end');
    await focusIs(t, 200);
    await t.press('home');
    await focusIs(t, 1);
    await t.press('G');
    await focusIs(t, 200);
    await t.press('F');
    await t.until('follows again', /following/);
  });
});

test('panes: 1 to 5, tab, shift-tab, tabs [ ], zoom + _, layouts -, enter and esc', async () => {
  await on(Terminal.dev(['--held', '0']), async (t) => {
    await t.ready();
    for (const [key, title] of [
      ['1', '1 [Ranges]'],
      ['2', '2 [Rules]'],
      ['3', '3 [Events]'],
      ['5', '5 [Bytes]'],
      ['4', '4 [Faults]'],
    ] as const) {
      await t.press(key);
      await t.until(`pane ${key}`, () => activePane(t, title));
    }
    await t.press('tab');
    await t.until('next pane', () => activePane(t, '5 [Bytes]'));
    await t.press('shift-tab');
    await t.until('previous pane', () => activePane(t, '4 [Faults]'));
    await t.press(']');
    await t.until('threads', /TID +NAME +FAULTS +WRITES/);
    await t.press(']');
    await t.until('stats', /TIME TO ANSWER +COUNT +P50/);
    await t.press(']');
    await t.until('graph', /faults a second, one column a second/);
    await t.press('[', '[', '[');
    await t.until('faults again', /4 \[Faults\]/);
    await t.press('+');
    await t.until('zoomed', () => !t.text.includes('Rules') || /1 ranges/.test(t.text));
    await t.until('faults over the whole width', () => /^╭─ 4 \[Faults\].{90,}╮$/m.test(t.text));
    await t.press('_');
    await t.until('all panes', /2 \[Rules\]/);
    await t.press('-');
    await t.until('columns', /layout: columns/);
    await t.press('-');
    await t.until('pair', () => !/2 \[Rules\]/.test(t.text) && /5 \[Bytes\]/.test(t.text));
    await t.press('-');
    await t.until('stack', /layout: stack/);
    await t.press('-');
    await t.until('by size', () => /layout: auto/.test(t.text) && /2 \[Rules\]/.test(t.text));
    await t.press('enter');
    await t.until('enter opens the detail', () => activePane(t, '5 [Bytes]'));
    await t.press('esc');
    await t.until('esc goes back', () => activePane(t, '4 [Faults]'));
    await t.press('1', 'j', 'enter');
    await t.until('a range opens as a filter', /\[f: range=shm:cache\]/);
    assert.match(t.text, /1[0-9] shown of 30/);
    await t.press('esc');
    await t.until('esc drops it', /30 shown of 30/);
    await t.press('5', 'l');
    await t.until('l: the other bytes', /would be answered \d* ?b?y?t?e?s? ?· h l other|would be answered · h l other/);
    await t.press(']');
    await t.until('thread tab', /thread \d+ .*newest first/);
    await t.press(']');
    await t.until('history tab', /page 0x[0-9a-f]+ +\d+ faults?, newest first/);
  });
});
