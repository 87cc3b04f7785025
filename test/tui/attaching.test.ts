/** The screen comes first, then what it attaches to; and what becomes of the terminal where that fails. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { isRoot, skipUnless } from '../support/skip.js';
import { on, ROOT, Terminal } from './harness.js';

const needs = skipUnless(
  isRoot && existsSync(path.join(ROOT, 'build', 'release', 'uffdscope.node')),
  'needs root and the built addon',
);

test('the screen says what it attaches to, until it has', async () => {
  await on(Terminal.dev(['--slow-attach', '3000']), async (t) => {
    await t.until('what is awaited', /attaching to demo\[4012\]…/, 30_000);
    assert.ok(t.alternate);
    await t.ready();
    assert.match(t.text, /HELD 3/);
    await t.press('Q');
    assert.equal(await t.ended(), 0);
    assert.match(t.raw, /guardTerminal true cooked/);
  });
});

test('leaving while it attaches hands back what came of it', async () => {
  await on(Terminal.dev(['--slow-attach', '3000']), async (t) => {
    await t.until('what is awaited', /attaching to demo/, 30_000);
    await t.press('q', 'a', 'Q');
    assert.equal(await t.ended(), 0);
    assert.ok(!t.alternate);
    assert.match(t.raw, /calls detach\b/);
  });
});

test('an attachment that fails: the terminal is left, one sentence, a hint, the exit status', needs, async () => {
  const program = spawn('sleep', ['600']);
  try {
    await on(Terminal.cli(['attach', String(program.pid)]), async (t) => {
      assert.equal(await t.ended(), 1);
      assert.ok(!t.alternate);
      assert.match(t.text, new RegExp(`^uffdscope: Process ${program.pid} \\(sleep\\) .*\\.$`, 'm'));
      assert.match(t.text, /^ {2}\S/m, 'a hint');
    });
  } finally {
    program.kill();
  }
});

test('a pid that is none is said before anything is drawn', needs, async () => {
  await on(Terminal.cli(['attach', '4000000']), async (t) => {
    assert.notEqual(await t.ended(), 0);
    assert.match(t.text, /There is no process 4000000/);
    assert.ok(!t.raw.includes('\x1b[?1049h'));
  });
});

test('killed by SIGKILL at any time: the terminal has its modes and its screen back', needs, async () => {
  for (let i = 0; i < 3; i++) {
    // A shell without job control does not put the terminal back itself, as interactive ones do.
    const command = `${process.execPath} bin/uffdscope.js demo; sleep 2; echo; echo MODES; stty -a; echo END`;
    const t = new Terminal(['-c', command], { program: '/bin/dash' });
    await on(t, async () => {
      await t.until('held', /HELD \d/, 30_000);
      const pid = childOf(t.pty.pid);
      process.kill(pid, 'SIGKILL');
      await t.until('the modes', /^END/m, 30_000);
      assert.match(t.text, /uffdscope was killed; your terminal and the target are restored/);
      assert.ok(!t.alternate);
      for (const mode of ['icanon', 'echo', 'isig', 'icrnl', 'opost'])
        assert.match(t.text, new RegExp(`(^| )${mode}\\b`, 'm'), mode);
    });
  }
});

function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}
