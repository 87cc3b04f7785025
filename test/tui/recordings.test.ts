/** `show FILE` on a terminal: at both sizes, without colour, with ASCII alone, and on files that are not whole. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { description, fileHeader, folder } from '../fixtures/recording.js';
import { on, Terminal, type StartOptions } from './harness.js';
import { recorded } from './recorded.js';

const show = (path: string, options: StartOptions = {}, ...more: string[]): Terminal =>
  Terminal.cli(['show', path, ...more], options);

/** Every row as wide as the terminal at most, every frame closed. */
function assertWhole(t: Terminal): void {
  const { rows } = t;
  const tops = rows.flatMap((row, y) => (/^[╭+]/.test(row) ? [y] : []));
  assert.ok(tops.length > 0, t.text);
  for (const y of tops) assert.equal([...rows[y]!].length, t.emulator.cols, rows[y]);
}

test('120x40: everything of the moment, and where it is in the recording', async () => {
  using file = recorded();
  await on(show(file.path), async (t) => {
    await t.ready();
    assertWhole(t);
    assert.match(t.rows[0]!, /recorded\[5\] {2}\[recording\] .*1 range 1M/);
    assert.match(t.rows[1]!, /recorded --ten .*ten\.uffdrec · default zero/);
    assert.match(t.rows[2]!, /^ PAUSED +1x +12\.000000 \/ 12\.000 s {2}\[[·░▒▓█]+│\] ?$/);
    assert.match(t.rows[39]!, /p play {2}\. next {2}, previous .*Q quit/);
    assert.match(t.text, /"worker-7"/);
    await t.press('?');
    await t.until('help says what this is', /Nothing waits for an answer any more/);
    assert.doesNotMatch(t.text, /Map the zero page/);
  });
});

test('80x24: the row of time is there too, in every pane', async () => {
  using file = recorded();
  await on(show(file.path, { columns: 80, rows: 24 }), async (t) => {
    await t.ready();
    assertWhole(t);
    assert.match(t.rows[2]!, /^ PAUSED +1x +12\.000000 \/ 12\.000 s {2}\[[·░▒▓█]+│\] ?$/);
    assert.ok([...t.rows[2]!].length <= 80);
    for (const [key, words] of [
      ['1', /one cell =/],
      ['2', /\(default\)/],
      ['3', /FORK/],
      ['4', /STATE/],
      ['5', /was answered|answered with|gone/],
    ] as const) {
      await t.press(key);
      await t.until(`pane ${key}`, () => words.test(t.text) && t.rows[2]!.includes('PAUSED'));
      assertWhole(t);
    }
  });
});

test('without colour the moment is still seen, and ASCII is enough', async () => {
  using file = recorded();
  await on(show(file.path, { columns: 80, rows: 24, env: { NO_COLOR: '1' } }, '--ascii'), async (t) => {
    await t.ready();
    assertWhole(t);
    await t.press('@');
    await t.type('50%');
    await t.press('enter');
    await t.until('half way', () => / 6\.500000 \/ 12\.000 s {2}\[[.+%#-]+\|[.+%#-]+\] ?$/.test(t.rows[2]!));
    assert.match(t.text.replaceAll(/[\n\r]/g, ''), /^[\x20-\x7e]*$/);
    assert.doesNotMatch(t.raw, /\x1b\[[\d;]*(?:3[0-7]|9[0-7]|4[0-7])m/);
  });
});

test('tabs count what had been by then, also where time goes back', async () => {
  using file = recorded();
  await on(show(file.path), async (t) => {
    await t.ready();
    await t.press(']');
    await t.until('threads', () => /WAITS FOR/.test(t.text) && / 7 +worker-7 +10 /.test(t.text));
    await t.press('0', '.', '.');
    await t.until('two faults of it, one waits', () => / 7 +worker-7 +2 .*#2 held heap\[0\]/.test(t.text));
    await t.press(']');
    await t.until('numbers', () => /faults +2, .*since/.test(t.text) && /waiting +1 held/.test(t.text));
  });
});

test('of more events than have room the newest are shown', async () => {
  using file = recorded({ forks: 60 });
  await on(show(file.path, { columns: 80, rows: 24 }), async (t) => {
    await t.ready();
    await t.press('3');
    await t.until('the newest on top', () => /FORK +child 4078/.test(t.rows[4]!));
    await t.press('G');
    await t.until('the oldest at the end', () => /child 4019/.test(t.text) && /60 of 60/.test(t.text));
  });
});

test('a filter and an order hold while time goes back and forth', async () => {
  using file = recorded();
  await on(show(file.path), async (t) => {
    await t.ready();
    await t.press(':');
    await t.type('filter held');
    await t.press('enter');
    await t.until('at the end nothing is held', / 0 shown of 10 /);
    await t.press(':');
    await t.type('goto 6.1s');
    await t.press('enter');
    await t.until('at 6.1 s one was', / 1 shown of 6 /);
    await t.press(':');
    await t.type('filter action=copy');
    await t.press('enter', ':');
    await t.type('goto 4.6s');
    await t.press('enter');
    await t.until('two had been copied by 4.6 s', / 2 shown of 4 /);
    await t.press('esc', 'l', 's', 'S', '<');
    await t.until('what has not come yet is gone', / 3 shown of 3 /);
    await t.press('$');
    await t.until('and is there again', / 10 shown of 10 /);
  });
});

test('one whose recorder was killed says so, and that its bytes were not recorded', async () => {
  using file = recorded({ pages: false, cut: 300 });
  await on(show(file.path), async (t) => {
    await t.ready();
    await t.until('a notice', /Its end is missing or damaged: \d+ bytes/);
    await t.press('esc', '3', ']');
    await t.until('the log keeps it', /recorder did not come to an end|damaged/);
    await t.press('4', 'g', 'j');
    await t.until('no bytes', /without --record-pages/);
  });
});

test('one in which nothing happened is a screen without faults', async () => {
  using place = folder();
  writeFileSync(place.file('empty.uffdrec'), Buffer.concat([fileHeader(), description()]));
  await on(show(place.file('empty.uffdrec'), { columns: 80, rows: 24 }), async (t) => {
    await t.ready();
    await t.until('said', /no fault had been read by this time/);
    await t.press('p', '.', '>', '$', '0', "'");
    await t.until('no fault to go to', /no fault is selected/);
    assert.match(t.rows[2]!, /PAUSED +1x +0\.000000 \/ 0\.000 s/);
    await t.press('q');
    assert.equal(await t.ended(), 0);
  });
});

test('what is no recording, or cannot be shown here, is one sentence and no screen', async () => {
  using place = folder();
  writeFileSync(place.file('text'), 'hello');
  await on(show(place.file('text')), async (t) => {
    assert.equal(await t.ended(), 1);
    assert.match(t.raw, /uffdscope: .*text is no recording\.\r\n/);
    assert.doesNotMatch(t.raw, /\x1b\[\?1049h/);
  });
});
