/** Keys that hold and answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { on, Terminal } from '../harness.js';
import { callsOf, focus, focusIs, focused } from './faults-screen.js';

test('answering: a z u o d w, and what is refused says why', async () => {
  await on(Terminal.dev(['--held', '9', '--past', '6']), async (t) => {
    await t.ready();
    await t.until(
      'the hint for the first held fault, a write-protect fault',
      /Thread \d+ waits here\. u unprotect · a answer · w wake · \? more/,
    );
    const kinds = (): string => focus(t);
    // Held faults are wp, missing, missing, wp …; the first has the focus, and each answer goes on to the next.
    await focusIs(t, 7);
    await t.until('a missing one is legal to zero', () => / miss | wp /.test(kinds()));
    for (let seq = 7; seq <= 15; seq++) {
      await focusIs(t, seq);
      if (/ wp /.test(kinds())) {
        await t.until(
          'its hint bar offers u',
          () => /u unprotect/.test(t.rows.at(-1)!) && !/z zero/.test(t.rows.at(-1)!),
        );
        await t.press('z');
        await t.until('z is refused with the reason', /a wp fault takes no bytes/);
        await t.press('o');
        await t.until('o is refused', /only a minor fault can be continued/);
        await t.press('u');
        await t.until('u lifts it', new RegExp(`#${seq} unprotect: unprotect: 4096 bytes`));
      } else if (seq % 3 === 0) {
        await t.press('u');
        await t.until('u is refused', /only a write-protect fault can be unprotected/);
        await t.press('w');
        await t.until('w wakes', new RegExp(`#${seq} wake: wake`));
      } else if (seq % 3 === 1) {
        await t.press('z');
        await t.until('z fills', new RegExp(`#${seq} zero: zero: 4096 bytes`));
      } else {
        await t.press('d');
        await t.until('d asks', /delay: 50ms/);
        await t.press('ctrl-u');
        await t.type('nonsense');
        await t.until('a wrong time is refused as it is typed', /a time such as 50ms/);
        await t.press('ctrl-u');
        await t.type('10ms');
        await t.press('enter');
        await t.until('d delays', new RegExp(`#${seq} delay: delayed by 10 ms`));
      }
    }
    await t.press('a');
    await t.until('nothing waits any more', /this fault is not waiting any more/);
  });
});

test('A asks where several pages of somebody else would be touched; a answers one', async () => {
  await on(Terminal.dev(['--held', '3']), async (t) => {
    await t.ready();
    await t.press('A');
    await t.until('it asks', /Answer 3 held faults on 3 pages/);
    await t.press('n');
    await t.press('a');
    await t.until('one answered', /2 held/);
    await t.press('A', 'y');
    await t.until('all answered', /answer: 2 faults/);
    assert.match(await callsOf(t), /answer 31 \| answer 32,33/);
  });
});

test('ctrl-x releases everything, from the panes and from a prompt', async () => {
  await on(Terminal.dev(['--held', '3']), async (t) => {
    await t.ready();
    await t.press('ctrl-x');
    await t.until('released', /released 3 faults; nothing is held any more/);
    await t.until('no hold', () => !/HOLD ON|HELD \d/.test(t.text));
    assert.match(await callsOf(t), /\| release \|/);
  });
  await on(Terminal.dev(['--held', '3']), async (t) => {
    await t.ready();
    await t.press('/');
    await t.type('kind=');
    await t.press('ctrl-x');
    await t.until('released, the prompt closed', () => /released 3 faults/.test(t.text) && !/─ Filter ─/.test(t.text));
  });
});

test('i and I: hold by a filter, off, on again by the same one', async () => {
  await on(Terminal.dev(['--held', '0']), async (t) => {
    await t.ready();
    assert.match(t.text, /LOOKING/);
    await t.press('i');
    await t.until('a prompt', /hold: /);
    await t.type('rang=heap');
    await t.until('what is wrong stands under it', /\^\^\^\^/);
    await t.press('tab');
    await t.until('tab mends it', /hold: range=heap/);
    await t.until('and says what it would have held', /would have held \d+ of 30 faults/);
    await t.press('enter');
    await t.until('on', () => /ARMED/.test(t.text) && /\[i: range=heap\]/.test(t.text));
    await t.press('I');
    await t.until('off', () => /\[i: —\]/.test(t.text) || /no more faults are held/.test(t.text));
    await t.press('I');
    await t.until('on again', /holding: range=heap/);
    await t.press('i');
    await t.until('the last one stands there', /hold: range=heap/);
    await t.press('esc');
    assert.match(await callsOf(t), /hold range=heap \| unhold \| hold range=heap/);
  });
});

test('a fault that takes no bytes: its page is shown, x has nothing to damage', async () => {
  await on(Terminal.dev(['--past', '6', '--held', '9']), async (t) => {
    await t.ready();
    await focusIs(t, 7);
    assert.match(focus(t), / wp /);
    await t.until('the page', /\[the page as it is\]/);
    await t.press('5', 'l');
    await t.until('why none', /No bytes: the page keeps its own/);
  });
});

test('after the last answer the focus waits for what is held next', async () => {
  await on(Terminal.dev(['--past', '6', '--held', '1', '--hold-every', '4000']), async (t) => {
    await t.ready();
    await focusIs(t, 7);
    await t.press('w');
    await t.until('woken', /#7 wake/);
    await t.until('the next one has the focus', () => focused(t) === 8, 30_000);
    await t.press('k');
    await focusIs(t, 7);
    await t.until('another one is held', () => /2 held/.test(t.text), 30_000);
    assert.equal(focused(t), 7, 'whoever moved is not pulled away');
  });
});

test('a prompt that suggests: typing takes its place, a blank adds to it, arrows edit it', async () => {
  await on(Terminal.dev(['--held', '3']), async (t) => {
    await t.ready();
    await t.press('d');
    await t.until('a suggestion, and what to do with it', /delay: 50ms[^]*type replaces it {2}space adds to it/);
    await t.type('7s');
    await t.until('replaced', /delay: 7s/);
    await t.press('esc', 'd', 'end', 'backspace', 'backspace');
    await t.type('s');
    await t.until('edited', /delay: 50s/);
    await t.press('esc', 'i');
    await t.type('kind=missing');
    await t.press('enter');
    await t.until('held by it', /▌ +- kind=missing +hold/);
    await t.press('i');
    await t.type(' rw=w');
    await t.until('added to', /hold: kind=missing rw=w/);
    await t.press('esc');
  });
});
