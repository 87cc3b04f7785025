/** Keys of the Rules pane, and rules from a fault and from the prompt. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { on, Terminal } from '../harness.js';
import { callsOf } from './faults-screen.js';

const RULES = [
  '--rule',
  'access=write: hold',
  '--rule',
  'range=db: delay=5ms',
  '--rule',
  'range=db access=write: zero',
];

/** The rules as the pane shows them, top to bottom, with the one in focus marked by `>`. */
function pane(t: Terminal): string[] {
  const from = t.rows.findIndex((row) => /# MATCH/.test(row));
  if (from < 0) return [];
  const rows = t.rows.slice(from + 1).map((row) => row.split('│')[1] ?? '');
  return rows
    .slice(0, rows.findIndex((row) => /\(default\)/.test(row)) + 1)
    .map((row) => row.replace(/▌/, '>').replace(/\s+/g, ' ').trim());
}

const shows = (t: Terminal, what: string, test: (rows: string[]) => boolean): Promise<void> =>
  t.until(what, () => test(pane(t)));

test('rules stand in order with their counts; one that is never reached says why', async () => {
  await on(Terminal.dev([...RULES, '--held', '2']), async (t) => {
    await t.ready();
    await t.press('2');
    await shows(t, 'three rules and the default', (rows) => rows.length === 6 && /^> ?1 access=w/.test(rows[0]!));
    assert.match(pane(t)[0]!, /hold 12\/1,204$/, 'acted on 12 of 1,204');
    assert.match(pane(t)[2]!, /^! ?3 range=db/, 'it is marked');
    assert.match(pane(t)[3]!, /^never reached: rule 1 takes/);
    await t.press('j', 'j', 'enter');
    await t.until('all of it', /Mind: it is never reached: rule 1 takes everything that it takes\./);
    await t.press('q', '4');
    await t.until('the fault says which rule holds it', /by rule 1 "access=write" → hold/);
    await t.until('the seed is shown', /seed 1/);
  });
});

test('space J K D: off and on, down and up, away; what a rule keeps is released, and said', async () => {
  await on(Terminal.dev([...RULES, '--held', '2']), async (t) => {
    await t.ready();
    await t.press('2');
    await shows(t, 'rules', (rows) => rows.length === 6);
    await t.press('J');
    await shows(t, 'the first stands second', (rows) => rows[0]!.startsWith('2 range=db') && /^> ?1 /.test(rows[1]!));
    await t.press('K');
    await shows(t, 'first again', (rows) => /^> ?1 /.test(rows[0]!));
    await t.press('j', 'space');
    await t.until('off', /rule 2 is off/);
    await shows(t, 'it says off', (rows) => /^> ?2 .*off$/.test(rows[1]!));
    await t.press('space');
    await t.until('on', /rule 2 is on/);
    await t.press('g', 'D');
    await t.until('away', /rule 1 is deleted; 2 faults that it kept are released/);
    await shows(
      t,
      'two are left, and the third is reached now',
      (rows) => rows.length === 3 && rows[1]!.startsWith('3 '),
    );
    await t.press('G', 'D');
    await t.until('the default stays', /the default answers what no rule takes/);
    assert.match(await callsOf(t), /rules 2,1,3 \| rules 1,2,3 \| rules 1,3 \| rules 1,2,3 \| rules 2,3/);
  });
});

test('e changes a rule where it stands; a slip has its caret and tab mends it', async () => {
  await on(Terminal.dev([...RULES]), async (t) => {
    await t.ready();
    await t.press('2', 'j', 'e');
    await t.until('its text is there to go on with', /rule: range=db: delay=5ms/);
    await t.type(':zro');
    await t.until('a slip', /is not a time|no action/);
    for (let i = 0; i < 3; i++) await t.press('backspace');
    await t.type('po');
    await t.press('tab');
    await t.until('completed', /delay=5ms:poison /);
    await t.press('enter');
    await shows(t, 'changed in its place', (rows) => /^> ?2 range=db delay=5/.test(rows[1]!));
    assert.match(await callsOf(t), /rules 1,2,3 .*\| rules 1,2,3/);
  });
});

test('t makes a rule from the fault in focus; fields, values and actions are completed', async () => {
  await on(Terminal.dev(['--held', '2']), async (t) => {
    await t.ready();
    await t.press('t');
    await t.until('its place stands there', /rule: range="?heap\[0\]"? off=0x[0-9a-f]+\+4k: /);
    await t.until('without an action it does nothing', /this rule does nothing/);
    await t.type('z');
    await t.press('tab');
    await t.until('zero, and what it would take', /its filter takes [1-9]\d* of 32 faults so far/);
    await t.press('enter');
    await t.until('at work', /rule 1 is at work/);
    await shows(t, 'in focus', (rows) => rows.some((row) => /^> ?1 range="?heap/.test(row)));
    await t.press('4', 't', 'ctrl-u');
    await t.type('range=shm:c');
    await t.press('tab');
    await t.until('a range that was seen', /range=shm:cache/);
    await t.type(':prob=');
    await t.until('a value is wanted', /prob needs a value/);
    await t.press('esc');
    await t.press('2');
    await shows(t, 'esc added nothing', (rows) => rows.filter((row) => /^>? ?\d/.test(row)).length === 1);
  });
});

test(':rule and :rules take text and files, :save writes what --rules reads; L loads', async () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'uffdscope-rules-'));
  const [good, bad, saved] = ['good.rules', 'bad.rules', 'saved.rules'].map((name) => path.join(dir, name)) as [string, string, string]; // prettier-ignore
  writeFileSync(good, '# two of them\nrange=db: delay=1ms\noff<4k: hold:name=first\n');
  writeFileSync(bad, 'range=db: delay=1ms\nrange=db: dely=1ms\n');
  try {
    await on(Terminal.dev([]), async (t) => {
      await t.ready();
      await t.press(':');
      await t.type('rule kind=mising: zero');
      await t.until('a caret under the value', /rule kind=mising: zero[^]*\^\^\^\^\^\^/);
      await t.press('tab');
      await t.until('mended', /rule kind=missing: zero/);
      await t.press('enter');
      await t.until('one', /rule 1 is at work/);
      await t.press(':');
      await t.type(`rules ${good}`);
      await t.press('enter');
      await t.until('two more', /2 rules are at work/);
      await shows(t, 'three', (rows) => rows.filter((row) => /^>? ?\d/.test(row)).length === 3);
      await t.press('L');
      await t.type(bad);
      await t.press('enter');
      await t.until('none of a file with a mistake', /bad\.rules:2: /);
      await t.press('esc', '2', 'g');
      await shows(t, 'the hold is not asked', (rows) => /^> ?- |^> ?1 /.test(rows[0]!));
      if (/^> ?- /.test(pane(t)[0]!)) await t.press('j');
      await t.press('space');
      await t.until('off', /rule 1 is off/);
      await t.press(':');
      await t.type(`save ${saved}`);
      await t.press('enter');
      await t.until('written', /3 rules written to/);
      assert.deepEqual(readFileSync(saved, 'utf8').split('\n').slice(1), [
        '# off: kind=missing: zero',
        'range=db: delay=1ms',
        'off<4k: hold:name=first',
        '',
      ]);
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('ctrl-x switches every rule off, and the pane says so', async () => {
  await on(Terminal.dev([...RULES, '--held', '2']), async (t) => {
    await t.ready();
    await t.press('2', 'ctrl-x');
    await t.until('said', /released 2 faults; nothing is held any more, 3 rules switched off/);
    await shows(t, 'all off', (rows) => rows.filter((row) => row.endsWith(' off')).length === 3);
  });
});

test('at 80x24 rules have the width of the screen, and their prompt its foot', async () => {
  await on(Terminal.dev([...RULES, '--held', '2'], { columns: 80, rows: 24 }), async (t) => {
    await t.ready();
    await t.press('2');
    await t.until('matches in full', /3 range=db access=write +zero +0/);
    await t.until('its keys', () => /space on\/off {2}e edit {2}D delete/.test(t.rows.at(-1)!));
    await t.press('4', 't');
    await t.until('the prompt', /rule: range="?heap/);
    await t.type('hold');
    await t.press('enter');
    await t.until('the fourth', /rule 4 is at work/);
  });
});

test('at 80x24 the seed is found in the options', async () => {
  await on(Terminal.dev(RULES, { columns: 80, rows: 24 }), async (t) => {
    await t.ready();
    await t.press('O');
    await t.until('seed', /s {2}seed {2}1: with --seed/);
  });
});
