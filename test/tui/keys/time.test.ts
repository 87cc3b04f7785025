/** The time of a recording, by keys: play, steps, jumps, speed, a moment that is typed, and that of a fault. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { on, Terminal, type StartOptions } from '../harness.js';
import { recorded } from '../recorded.js';
import { focusIs } from './faults-screen.js';

const show = (path: string, options: StartOptions = {}): Terminal => Terminal.cli(['show', path], options);
/** Seconds, as the row of time says. */
const now = (t: Terminal): number => Number(/ ([\d.]+) \/ 12\.000 s/.exec(t.rows[2]!)?.[1] ?? Number.NaN);
const isAt = (t: Terminal, seconds: number): Promise<void> =>
  t.until(`at ${seconds} s`, () => Math.abs(now(t) - seconds) < 1e-6);
const shown = (t: Terminal, faults: number): Promise<void> =>
  t.until(`${faults} faults had been read`, () => t.text.includes(` ${faults} shown of ${faults} `));

test('it opens at its end; . and , go from record to record, and the screen is that of the moment', async () => {
  using file = recorded();
  await on(show(file.path), async (t) => {
    await t.ready();
    await isAt(t, 12);
    await shown(t, 10);
    await t.press('0');
    await isAt(t, 1);
    await t.until('the first waits', () => /\b1 +01\.000 .* read +0\.0s/.test(t.text));
    await t.press('.');
    await isAt(t, 1.00002);
    await t.until('and is answered', () => /zero +20µs/.test(t.text));
    await t.press('.');
    await isAt(t, 2);
    await t.until('the second is held', () => /HELD 1 oldest 0\.0s/.test(t.rows[0]!));
    await shown(t, 2);
    await t.press('.');
    await isAt(t, 2.5);
    await t.until('until it is answered', () => !t.rows[0]!.includes('HELD') && /copy +500ms/.test(t.text));
    await t.press(',', ',');
    await isAt(t, 1.00002);
    await shown(t, 1);
    await t.press('$');
    await isAt(t, 12);
    await t.press('.');
    await t.until('there is nothing behind the end', /nothing is recorded after this/);
  });
});

test('jumps by a second and a tenth, and a moment that is typed', async () => {
  using file = recorded();
  await on(show(file.path), async (t) => {
    await t.ready();
    await t.press('<', '<');
    await isAt(t, 10);
    await t.press('>');
    await isAt(t, 11);
    await t.press('B');
    await isAt(t, 9.9);
    await t.press('W');
    await isAt(t, 11);
    await t.press('@');
    await t.type('5.3s');
    await t.press('enter');
    await isAt(t, 5.3);
    await t.until('the fork had happened', /FORK/);
    await t.press(':');
    await t.type('goto -1s');
    await t.press('enter');
    await isAt(t, 4.3);
    await t.until('and has not', () => !t.text.includes('FORK') && /HELD 1 oldest 0\.3s/.test(t.rows[0]!));
    await t.press(':');
    await t.type('goto 99');
    await t.until('a caret, before it is asked for', /it runs from 1\.000s to 12\.000s/);
  });
});

test('p plays at the speed that was chosen, to the end, and from there anew', async () => {
  using file = recorded();
  await on(show(file.path), async (t) => {
    await t.ready();
    await t.press('{', '{', '{', 'p');
    await t.until('from the beginning, slowly', () => /PLAYING +1\/100x/.test(t.rows[2]!) && now(t) < 2);
    await t.until('it goes on', () => now(t) > 1);
    await t.press('p');
    await t.until('it stands', () => /PAUSED/.test(t.rows[2]!));
    await t.press('}', '}', '}', '}', '}');
    await t.until('another speed', () => /PAUSED +5x/.test(t.rows[2]!));
    await t.press('p');
    await t.until('to the end', () => /PAUSED/.test(t.rows[2]!) && now(t) === 12, 30_000);
  });
});

test("' goes to the moment of the fault in focus, then to that of its answer", async () => {
  using file = recorded();
  await on(show(file.path), async (t) => {
    await t.ready();
    await t.press('k', 'k');
    await focusIs(t, 8);
    await t.press("'");
    await isAt(t, 8);
    await t.until('it waits', () => /HELD for 0\.0s/.test(t.text) && /not answered yet at this time/.test(t.text));
    await t.press("'");
    await isAt(t, 8.5);
    await t.until('and was answered with these bytes', () => /ab ab ab ab/.test(t.text));
    await focusIs(t, 8);
  });
});

test('a click into the bar is a moment, and the wheel over it turns time', async () => {
  using file = recorded();
  await on(show(file.path), async (t) => {
    await t.ready();
    const bar = t.rows[2]!;
    t.click(bar.indexOf('[') + 1, 2);
    await isAt(t, 1);
    t.click(bar.lastIndexOf(']') - 1, 2);
    await isAt(t, 12);
    t.click((bar.indexOf('[') + bar.lastIndexOf(']')) >> 1, 2);
    await t.until('in the middle', () => Math.abs(now(t) - 6.5) < 0.2);
    t.click(bar.indexOf('[') + 1, 2);
    await isAt(t, 1);
    t.send('\x1b[<65;50;3M');
    await isAt(t, 1.11);
    t.send('\x1b[<64;50;3M');
    await isAt(t, 1);
  });
});

test('what takes part is greyed with the reason, and nothing asks on the way out', async () => {
  using file = recorded();
  await on(show(file.path), async (t) => {
    await t.ready();
    await t.press('@');
    await t.type('4.2s');
    await t.press('enter');
    await isAt(t, 4.2);
    await t.until('one waits', () => /HELD 1/.test(t.rows[0]!));
    for (const key of ['a', 'z', 'i', 'R', 't']) {
      await t.press(key);
      await t.until(`${key} is refused`, /a recording: nothing waits here any more/);
    }
    await t.press('ctrl-x');
    await t.until('so is the panic key', /a recording: nothing waits here any more/);
    await t.press('q');
    assert.equal(await t.ended(), 0);
    assert.doesNotMatch(t.raw.slice(t.raw.lastIndexOf('\x1b[?1049l')), /left process|handed back/);
  });
});

test('the keys of time are nobody’s where there is none', async () => {
  await on(Terminal.dev(['--held', '0']), async (t) => {
    await t.ready();
    await t.press('K');
    await t.until('the keys', /Panes/);
    for (let page = 0; page < 4; page++) {
      assert.doesNotMatch(t.text, /A tenth of the recording/);
      await t.press('ctrl-d');
    }
    await t.press('q', ':');
    await t.type('time.play');
    await t.until('no such command', /no command time\.play/);
  });
});
