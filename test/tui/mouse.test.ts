/** The mouse: a row, a hint, a header, the wheel; and what stays with the terminal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { on, pause, Terminal } from './harness.js';

const focused = (t: Terminal): number =>
  Number.parseInt(t.rows.find((row) => /││▌ +\d+ /.test(row))?.replace(/^.*││▌ */, '') ?? '', 10);

test('click a row, twice to open it; the wheel scrolls what is under it', async () => {
  await on(Terminal.dev(['--past', '100', '--held', '2']), async (t) => {
    await t.ready();
    const { x, y } = t.find('zero   ');
    const seq = Number(/││ +(\d+) /.exec(t.rows[y]!)![1]);
    t.click(x, y);
    await t.until('the row has the focus', () => focused(t) === seq);
    await pause(450);
    t.click(x, y);
    t.click(x, y);
    await t.until('open', () => {
      const at = t.find('5 [Bytes]');
      return t.cell(at.x, at.y)!.getFgColor() === 2;
    });
    t.send(`\x1b[<64;${x + 1};${y + 1}M`.repeat(5));
    await t.until('scrolled up', () => Number(/││. +(\d+) /.exec(t.rows[4]!)?.[1]) < 75);
  });
});

test('a report split in two is one click and no key', async () => {
  await on(Terminal.dev(['--past', '100', '--held', '0']), async (t) => {
    await t.ready();
    const { x, y } = t.find('zero   ');
    const report = `\x1b[<0;${x + 1};${y + 1}M`;
    // Cut within its first two characters it may be the escape key: how long that waits is for the unit tests.
    for (let cut = 3; cut < report.length; cut++) {
      t.send(report.slice(0, cut));
      await pause(5);
      t.send(report.slice(cut));
      await pause(15);
    }
    await t.until('the row has the focus', () => t.rows[y]!.includes('││▌'));
    assert.doesNotMatch(t.text, /─ (Filter|Hold|Keys|Options) ─/);
    assert.match(t.text, /100 shown of 100/);
  });
});

test('a hint is a button, a title sorts, a pane takes the focus', async () => {
  await on(Terminal.dev(['--past', '100', '--held', '2']), async (t) => {
    await t.ready();
    const hold = t.find('i hold');
    t.click(hold.x + 2, hold.y);
    await t.until('the prompt of i', /─ Hold ─/);
    await t.press('esc');
    const title = t.find('TID KIND');
    t.click(title.x, title.y);
    await t.until('sorted', /TID↑|TI↑|TID.?↑/);
    t.click(title.x, title.y);
    await t.until('reversed', /↓/);
    const rules = t.find('2 [Rules]');
    t.click(rules.x, rules.y + 1);
    await t.until('Rules has the keys', () => {
      const at = t.find('2 [Rules]');
      return t.cell(at.x, at.y)!.getFgColor() === 2;
    });
  });
});

test('a click outside of a dialog does nothing; a row of a menu twice chooses it', async () => {
  await on(Terminal.dev(['--held', '3']), async (t) => {
    await t.ready();
    await t.press('y');
    await t.until('the menu', /command line/);
    t.click(2, 4);
    await pause(100);
    assert.match(t.text, /command line/);
    const line = t.find('command line');
    t.click(line.x, line.y);
    t.click(line.x, line.y);
    await t.until('chosen', /on the clipboard/);
  });
});

test('80x24: the strip of names', async () => {
  await on(Terminal.dev([], { columns: 80, rows: 24 }), async (t) => {
    await t.ready();
    const { x, y } = t.find('3 events');
    t.click(x + 3, y);
    await t.until('events', /\[3 events\]/);
  });
});

test('--no-mouse: the terminal keeps its mouse', async () => {
  await on(Terminal.dev(['--no-mouse']), async (t) => {
    await t.ready();
    assert.ok(!t.raw.includes('\x1b[?1000h'));
  });
});
