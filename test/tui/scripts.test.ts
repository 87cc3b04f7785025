/** Scripts on a screen and the real kernel: edited while they run, switched, and given a fault by hand. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { isRoot, skipUnless } from '../support/skip.js';
import { on, ROOT, Terminal } from './harness.js';

const needs = skipUnless(
  isRoot && existsSync(path.join(ROOT, 'build', 'release', 'uffdscope.node')),
  'needs root and the built addon',
);
const LONG = 30_000;

const source = (version: string): string => `
import { defineScript } from 'uffdscope';
export default defineScript({
  name: 'slow-disk',
  async onFault(fault, ctx) {
    ctx.count('pages of ${version}');
    await ctx.sleep(2);
    return fault.kind === 'missing' ? 'zero' : fault.kind === 'wp' ? 'unprotect' : 'continue';
  },
  commands: { tell: { about: 'What it was given', run: (ctx, args, faults) => args.join('+') + ' of ${version}' } },
});
`;

async function withScript(story: (file: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'scripts-'));
  const file = path.join(folder, 'disk.ts');
  writeFileSync(file, source('one'));
  try {
    await story(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a script that is edited while it runs: loaded again when saved, or not, and why', needs, async () => {
  await withScript(async (file) => {
    await on(Terminal.cli(['demo', '--script', file, '--metrics', '127.0.0.1:0']), async (t) => {
      await t.ready();
      await t.until('it is counted', /\[scripts: 1\]/, LONG);
      const [url] = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(t.raw) ?? [];
      assert.match(await (await fetch(url!)).text(), /uffdscope_target_info\{[^}]*comm="demo/);
      await t.press('2', ']');
      await t.until('it answers', /slow-disk +on +[1-9]\d* +\d[^]*pages of one/, LONG);
      writeFileSync(file, source('two'));
      await t.until('it is said', /script slow-disk: was loaded again/, LONG);
      await t.until('the new one answers', /pages of two/, LONG);
      writeFileSync(file, source('two').replace('sleep(2)', 'sleep(2'));
      await t.until('why not', /did not load again, the one before it goes on: .*disk\.ts:7:/, LONG);
      await t.press(':');
      await t.type('tell a b');
      await t.press('enter');
      await t.until('the one before serves', /slow-disk tell: a\+b of two/, LONG);
      await t.press('space');
      await t.until('off', /slow-disk +off[^]*It was switched off by hand/, LONG);
      await t.press('ctrl-c');
      await t.ended(LONG);
    });
  });
});

test('a held fault is given to a script that was added by hand, and its record says so', needs, async () => {
  await withScript(async (file) => {
    await on(Terminal.cli(['demo']), async (t) => {
      await t.ready();
      await t.until('something is held', /HELD \d+ oldest/, LONG);
      await t.press(':');
      await t.type(`script.add ${file}`);
      await t.press('enter');
      await t.until('at work', /script slow-disk is at work/, LONG);
      await t.press('4', 'g');
      await t.until('the first in focus', /▌ +1 .*HELD/, LONG);
      await t.press('|');
      await t.until('the ways', /1 {2}slow-disk[^]*2 {2}slow-disk: tell/, LONG);
      await t.press('1');
      await t.until('answered', /#1 script: Fault 1 is answered\./, LONG);
      await t.press('g');
      await t.until('by whom', /by script:slow-disk after/, LONG);
      await t.press('ctrl-c');
      await t.ended(LONG);
    });
  });
});
