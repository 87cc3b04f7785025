/** Rules on a screen and the real kernel: from the first fault on, and changed by hand. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { isRoot, skipUnless } from '../support/skip.js';
import { on, ROOT, Terminal } from './harness.js';

const needs = skipUnless(
  isRoot && existsSync(path.join(ROOT, 'build', 'release', 'uffdscope.node')),
  'needs root and the built addon',
);

test(
  'demo --rule: the rules decide the first fault, and what one holds goes on when it is deleted',
  needs,
  async () => {
    const rules = ['--rule', 'access=write: hold:name=writes', '--rule', 'access=read: delay=1ms', '--seed', '7'];
    await on(Terminal.cli(['demo', ...rules]), async (t) => {
      await t.ready();
      await t.until('rules and seed are there', /1 access=write[^]*2 access=read[^]*/);
      await t.until('the seed', /seed 7/);
      await t.until('writes are held', /HELD \d+ oldest/, 30_000);
      await t.press('2', 'g', 'D');
      await t.until('released', /rule 1 is deleted; \d+ faults? that it kept (is|are) released/);
      await t.until('nothing is held', () => !/HELD \d+ oldest/.test(t.text), 30_000);
      await t.until('reads were answered by the rule', /by rule:2|2 access=read +delay=1ms +[1-9]/, 30_000);
      await t.press('ctrl-c');
      await t.ended(30_000);
    });
  },
);

test('demo forks and handler_stalls have something to show from the start', needs, async () => {
  await on(Terminal.cli(['demo', 'handler_stalls']), async (t) => {
    await t.until('what the handler forgot', /HELD 2 oldest/, 30_000);
    await t.press('ctrl-c');
    await t.ended(30_000);
  });
  await on(Terminal.cli(['demo', 'forks']), async (t) => {
    await t.until('the fork is told', /FORK +child \d+/, 30_000);
    await t.until(
      'its faults are held, and what is answered is what the program expects',
      /HELD \d[^]*\[5a\]5a 5a/,
      30_000,
    );
    await t.press('ctrl-c');
    await t.ended(30_000);
  });
});
