/** Colours, none, and no signs outside of ASCII; names that try to be commands. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { on, pause, Terminal, type StartOptions } from './harness.js';

/** SGR parameters that were sent. */
function codes(raw: string): Set<string> {
  return new Set([...raw.matchAll(/\x1b\[([\d;]*)m/g)].flatMap((match) => match[1]!.split(';')));
}

async function look(
  args: string[],
  options: StartOptions,
  story: (t: Terminal) => Promise<void> | void,
): Promise<void> {
  await on(Terminal.dev(args, options), async (t) => {
    await t.ready();
    await t.press('2', '4', 'K');
    await t.until('a dialog', /Keys/);
    await t.press('q');
    await pause(100);
    await story(t);
  });
}

const COLOURS = /^(3[0-8]|4[0-8]|9\d|10\d)$/;

test('the default: the terminal’s own sixteen, nothing of 256 or true colour', async () => {
  await look([], {}, (t) => {
    const sent = codes(t.raw);
    assert.ok([...sent].some((code) => COLOURS.test(code)));
    assert.ok(!sent.has('38') && !sent.has('48'));
  });
});

for (const [what, args, env] of [
  ['NO_COLOR', [], { NO_COLOR: '1' }],
  ['--color never', ['--color', 'never'], {}],
  ['FORCE_COLOR=0', [], { FORCE_COLOR: '0' }],
] as const) {
  test(`${what}: no colour, and all is still told apart`, async () => {
    await look([...args], { env }, async (t) => {
      assert.deepEqual(
        [...codes(t.raw)].filter((code) => COLOURS.test(code)),
        [],
      );
      assert.match(t.text, /◆HELD/);
      assert.match(t.text, /▌ +\d+/);
      await t.press('T');
      await t.until('it says why it stays so', /colour is off/);
    });
  });
}

test('--color always beats NO_COLOR', async () => {
  await look(['--color', 'always'], { env: { NO_COLOR: '1' } }, (t) => {
    assert.ok([...codes(t.raw)].some((code) => COLOURS.test(code)));
  });
});

test('TERM=dumb: no style at all', async () => {
  await look([], { env: { TERM: 'dumb' } }, (t) => {
    assert.deepEqual(
      [...codes(t.raw)].filter((code) => code !== '0' && code !== ''),
      [],
    );
  });
});

for (const [what, args, env] of [
  ['--ascii', ['--ascii'], {}],
  ['a locale that is not UTF-8', [], { LANG: 'C' }],
] as const) {
  test(`${what}: not one byte outside of ASCII`, async () => {
    await look([...args], { env }, async (t) => {
      for (const key of [']', ']', '1', ']', 'i', 'esc', '4', 'x', 'esc', '?', 'q', 'ctrl-p', 'esc'])
        await t.press(key);
      await pause(200);
      // eslint-disable-next-line no-control-regex
      assert.match(t.raw, /^[\x00-\x7f]*$/);
      assert.match(t.text, /\+- 2 \[Rules\] Scripts -+\+/);
    });
  });
}

test('a name that would be a command is shown, not sent', async () => {
  await look(['--comm', 'evil\x1b]52;c;AAAA\x07\x1b[31m\u202e'], {}, (t) => {
    assert.ok(!t.raw.includes('\x1b]52;c;AAAA'));
    assert.ok(!t.raw.includes('\u202e'));
    assert.match(t.rows[0]!, /evil␛\]52;c;AAAA␇/);
  });
});
