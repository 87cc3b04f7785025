/** A recording of a real program, made without a screen and looked at on one. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { folder } from '../fixtures/recording.js';
import { on, Terminal } from '../tui/harness.js';
import { uffdscope } from './uffdscope.js';

test('demo --headless --record, then show: what was answered is there, moment by moment', async () => {
  using place = folder();
  const path = place.file('run.uffdrec');
  const rule = 'off>=16k: copy=pattern:5a: name=late';
  const made = await uffdscope(
    ['demo', 'missing', '--headless', '--default', 'zero', '--rule', rule, '--record', path, '--record-pages'],
    { timeoutMs: 60_000 },
  );
  assert.equal(made.status, 0, made.stderr);
  await on(Terminal.cli(['show', path]), async (t) => {
    await t.ready();
    await t.until('all eight', () => / 8 shown of 8 /.test(t.text) && /\[recording\]/.test(t.rows[0]!));
    await t.until('the rule did half of them', /off>=16k +copy.* 4│/);
    await t.press('G');
    await t.until('with these bytes', /5a 5a 5a 5a/);
    await t.press('g', "'");
    await t.until('the first fault came alone', / 1 shown of 1 /);
    await t.until('the rule had done nothing', /off>=16k +copy.* 0│/);
    await t.press('$', 'Q');
    assert.equal(await t.ended(), 0);
  });
});

test('a script that answered has its name', async () => {
  using place = folder();
  const path = place.file('run.uffdrec');
  writeFileSync(place.file('filler.mjs'), 'export default { name: "filler", onFault: (fault, ctx) => ctx.zero() };\n');
  const made = await uffdscope(
    ['demo', 'missing', '--headless', '--default', 'zero', '--script', place.file('filler.mjs'), '--record', path],
    { timeoutMs: 60_000 },
  );
  assert.equal(made.status, 0, made.stderr);
  await on(Terminal.cli(['show', path]), async (t) => {
    await t.ready();
    await t.until('in the detail', /zero by script:filler after/);
    await t.press('@');
    await t.type('0%');
    await t.press('enter', '.', '$', ':');
    await t.type('filter by=script');
    await t.press('enter');
    await t.until('and for filters', / 8 shown of 8 /);
  });
});

test('without a terminal it says how to do without; -o is for lines', async () => {
  using place = folder();
  const path = place.file('run.uffdrec');
  const made = await uffdscope(['demo', 'missing', '--headless', '--default', 'zero', '--record', path]);
  assert.equal(made.status, 0, made.stderr);
  const shown = await uffdscope(['show', path]);
  assert.equal(shown.status, 2);
  assert.match(shown.stderr, /needs a terminal.*\n.*uffdscope show FILE --headless/);
  const odd = await uffdscope(['show', path, '-o', 'csv']);
  assert.deepEqual([odd.status, odd.stdout], [2, '']);
  assert.match(odd.stderr, /-o with --headless only/);
});
