/** Keys that search, copy, explain and dress the screen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { on, Terminal } from '../harness.js';
import { onlyMissing } from './faults-screen.js';

test('ctrl-f n N: search in the bytes', async () => {
  await on(Terminal.dev(['--held', '3']), async (t) => {
    await t.ready();
    await onlyMissing(t);
    await t.press('ctrl-f');
    await t.type('page');
    await t.press('enter');
    await t.until('found', /040 +70 61 67 65/);
    await t.press('n', 'N');
    await t.press('ctrl-f');
    await t.type('"not there"');
    await t.press('enter');
    await t.until('not found', /not in these bytes/);
  });
});

test('y: OSC 52 carries what was chosen', async () => {
  await on(Terminal.dev(['--held', '3']), async (t) => {
    await t.ready();
    await t.press('y');
    await t.until('the menu', /command line/);
    await t.press('l');
    await t.until('said', /on the clipboard/);
    const sent = /\x1b\]52;c;([A-Za-z0-9+/=]+)\x07/.exec(t.raw)?.[1] ?? '';
    assert.equal(
      Buffer.from(sent, 'base64').toString(),
      'uffdscope attach 4012 --uffd 87723 --default hold --max-hold 30000ms',
    );
  });
});

test('? K O E : ctrl-p T H ctrl-l, and keys of what is to come', async () => {
  await on(Terminal.dev(['--held', '0']), async (t) => {
    await t.ready();
    await t.press('?');
    await t.until('help of this pane', /Help: Faults/);
    await t.press('q', 'K');
    await t.until('all keys', () => /─ Keys ─/.test(t.text) && /Moving/.test(t.text));
    await t.press('G');
    await t.until('scrolled', () => !/^.*Moving/m.test(t.text.replaceAll('Moving, ', '')));
    await t.press('esc', 'O');
    await t.until('options', /hint bar +on/);
    await t.press('h');
    await t.until('no hints', () => !/Q quit/.test(t.text));
    await t.press('H');
    await t.until('hints', /Q quit/);
    await t.press('E');
    await t.until('the log', /3 Events \[Log\]/);
    await t.press('T');
    await t.until('theme', /theme: truecolor/);
    assert.match(t.raw, /38;2;\d+/);
    await t.press('T', 'T', ':');
    await t.type('freeze');
    await t.until('its help', /Stop the view, not the target/);
    await t.press('enter');
    await t.until('done', /FROZEN/);
    await t.press('4', 'p', ':');
    await t.type('nonsense');
    await t.until('no such command', /no command nonsense/);
    await t.press('esc', ':', 'up');
    await t.until('history', /:freeze/);
    await t.press('esc', 'ctrl-p');
    await t.type('sort');
    await t.until('found', () => /> sort/.test(t.text) && /view.sort/.test(t.text));
    await t.press('esc');
    for (const [key, reason] of [
      ['|', /no script is on; :script\.add FILE/],
      ['r', /re-arm: comes with planting/],
    ] as const) {
      await t.press(key);
      await t.until(`${key} says why not`, reason);
    }
    await t.press('2', 'K');
    await t.until('in Rules K moves a rule, and there is none', /no rule is in focus/);
    const before = t.raw.length;
    await t.press('ctrl-l');
    await t.until('all is painted anew', () => t.raw.slice(before).includes('\x1b[2J'));
  });
});

test('a notice is shown, esc hides it, the log keeps it', async () => {
  await on(Terminal.dev(['--held', '3', '--notice', 'The keeper handed back what was held.']), async (t) => {
    await t.ready();
    await t.until('shown', /The keeper handed back what was held\. .*esc hides it/);
    await t.press('esc');
    await t.until('what the target runs is there again', () => /demo --threads 4/.test(t.rows[1]!));
    await t.press('E');
    await t.until('in the log', /\[Log\][^]*The keeper handed/);
  });
});
