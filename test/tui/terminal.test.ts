/** The terminal is taken, and given back whole: at every end, at a stop, and when it stops reading. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { on, pause, Terminal } from './harness.js';

/** Mouse, paste mode and cursor as before, the normal screen in front. */
function assertGivenBack(terminal: Terminal): void {
  assert.ok(!terminal.alternate, 'the normal screen is in front');
  for (const [mode, off, onn] of [
    ['mouse', '\x1b[?1000l', '\x1b[?1000h'],
    ['paste', '\x1b[?2004l', '\x1b[?2004h'],
    ['cursor', '\x1b[?25h', '\x1b[?25l'],
    ['wrap', '\x1b[?7h', '\x1b[?7l'],
  ] as const) {
    assert.ok(terminal.raw.lastIndexOf(off) > terminal.raw.lastIndexOf(onn), `${mode} is as it was`);
  }
}

test('taken: the alternate screen, frames that fit, nothing scrolled', async () => {
  await on(Terminal.dev(), async (t) => {
    await t.ready();
    assert.ok(t.alternate);
    const rows = t.rows;
    assert.match(rows[2]!, /^╭─ 1 \[Ranges\] Map ─+╮╭─ 4 \[Faults\] .*─╮$/);
    for (let y = 3; y < 18; y++) assert.match(rows[y]!, /^│.*││.*│$/);
    assert.equal(t.emulator.buffer.normal.length, t.emulator.rows, 'no line went into the scrollback');
    await t.press('Q');
    assert.equal(await t.ended(), 0);
  });
});

test('where CI=1 makes ink behave otherwise, all is the same: drawn, resized, given back', async () => {
  await on(Terminal.dev([], { env: { CI: '1' } }), async (t) => {
    await t.ready();
    t.resize(80, 24);
    await t.until('the other size', /\[4 faults\] 5 detail/);
    await t.press('K');
    await t.until('a dialog', /─ Keys ─/);
    await t.press('q', 'Q');
    assert.equal(await t.ended(), 0);
    assertGivenBack(t);
  });
});

for (const [what, how] of [
  ['Q', async (t: Terminal) => t.press('Q')],
  ['ctrl-c', async (t: Terminal) => t.press('ctrl-c')],
  ['ctrl-c in a prompt', async (t: Terminal) => t.press('/', 'a', 'ctrl-c')],
  ['SIGTERM', async (t: Terminal) => process.kill(t.pty.pid, 'SIGTERM')],
  ['SIGINT', async (t: Terminal) => process.kill(t.pty.pid, 'SIGINT')],
] as const) {
  test(`given back at ${what}, and what was held is released`, async () => {
    await on(Terminal.dev(['--held', '3']), async (t) => {
      await t.ready();
      await how(t);
      assert.equal(await t.ended(), 0);
      assertGivenBack(t);
      assert.match(t.text, /end (quit|signal) .*released 3/);
      assert.match(t.raw, /guardTerminal true \w+ \| .*detach.* \| guardTerminal false/s);
    });
  });
}

test('a second ctrl-c does not wait for what is handed back', async () => {
  await on(Terminal.dev(['--slow-detach', '60000']), async (t) => {
    await t.ready();
    await t.press('ctrl-c');
    await t.until('it says what it does', /handing back; ctrl-c does not wait/);
    await t.press('a', 'z', '?'); // means nothing now
    await t.press('ctrl-c');
    assert.equal(await t.ended(), 0);
    assertGivenBack(t);
    assert.match(t.text, /end quit +not waited for/);
  });
});

test('q asks only where faults are held', async () => {
  await on(Terminal.dev(['--held', '2']), async (t) => {
    await t.ready();
    await t.press('q');
    await t.until('it asks', /2 faults would be released/);
    await t.press('enter');
    await t.until('enter is no answer', /2 faults would be released/);
    await t.press('n');
    await t.until('no: it stays', () => !t.text.includes('would be released'));
    await t.press('q', 'y');
    assert.equal(await t.ended(), 0);
  });
  await on(Terminal.dev(['--held', '0']), async (t) => {
    await t.ready();
    await t.press('q');
    assert.equal(await t.ended(), 0);
  });
});

test('an error nobody caught: given back, and said in one line', async () => {
  await on(Terminal.dev(['--throw']), async (t) => {
    await t.ready();
    process.kill(t.pty.pid, 'SIGUSR2');
    assert.equal(await t.ended(), 1);
    assertGivenBack(t);
    assert.equal(t.rows.filter((row) => row.includes('internal error')).length, 1, t.text);
    assert.match(t.text, /internal error: thrown by the test/);
  });
});

test('the terminal goes away: we end, and do not abort', async () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'uffdscope-test-'));
  try {
    const beat = path.join(dir, 'beat');
    const t = Terminal.dev(['--heartbeat', beat]);
    await t.ready();
    const { pid } = t.pty;
    (t.pty as unknown as { _socket?: { destroy(): void } })._socket?.destroy();
    await t.until('it ends', () => !alive(pid) && t.exit !== null);
    assert.notEqual(t.exit?.signal, 6, 'and node does not abort over the modes of a terminal that is gone');
    t.close();
  } finally {
    rmSync(dir, { recursive: true });
  }
});

function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('ctrl-z under a shell: stopped, and fg brings everything back', async () => {
  await on(Terminal.shell(`${process.execPath} --import tsx test/tui/dev.ts`), async (t) => {
    await t.ready();
    await t.press('ctrl-z');
    await t.until('the shell says so', /Stopped/);
    assert.ok(!t.alternate);
    t.send('stty -a | grep -o -- "[-]*icanon"\r');
    await t.until('the shell has its terminal modes', () => t.rows.includes('icanon'));
    t.send('fg\r');
    await t.until('back', () => t.alternate && /STATE/.test(t.text) && /╭─/.test(t.text));
    await t.press('K');
    await t.until('keys work again', /Keys/);
    await t.press('q', 'Q');
    await t.until('the shell again', () => !t.alternate);
    t.send('stty -a | grep -o -- "[-]*icanon"\r');
    await t.until('and its modes', () => t.rows.filter((row) => row === 'icanon').length >= 1);
  });
});

test('ctrl-z where nobody could continue us: it comes back and says so', async () => {
  // Started by the pty itself: its process group has no parent in the session, so the kernel ignores SIGTSTP.
  await on(Terminal.dev(), async (t) => {
    await t.ready();
    await t.press('ctrl-z');
    await t.until('it says so', /no job control here/);
    assert.ok(t.alternate);
    await t.press('Q');
    assert.equal(await t.ended(), 0);
  });
});

test('a terminal that does not read for 5 s: the loop goes on, and then all is drawn', async () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'uffdscope-test-'));
  const file = path.join(dir, 'beat');
  const beats = (): number => Number(readFileSync(file, 'utf8').split(' ')[0]);
  try {
    await on(Terminal.dev(['--held', '0', '--rate', '2000', '--heartbeat', file]), async (t) => {
      await t.ready();
      t.pty.pause();
      await pause(500); // the buffers of the kernel fill
      const before = beats();
      const received = t.raw.length;
      const cpu = cpuTicks(t.pty.pid);
      await pause(5000);
      const during = beats() - before;
      assert.ok(during > 60, `${during} beats of 250 in 5 s`);
      assert.ok(cpuTicks(t.pty.pid) - cpu < 250, 'and it does not spin');
      assert.equal(t.raw.length, received, 'nothing was read in between');
      const faults = Number(readFileSync(file, 'utf8').split(' ')[1]);
      assert.ok(faults > 5000, 'faults came all the while');
      t.pty.resume();
      const newest = (): number => Number(/([\d,]+) shown of/.exec(t.text)?.[1]?.replaceAll(',', '') ?? 0);
      await t.until('the newest faults', () => newest() >= faults);
      // 150 frames were due while nobody read; had they been kept, half a megabyte would have come now.
      assert.ok(t.raw.length - received < 250_000, `${t.raw.length - received} bytes came after the stop`);
      await t.press('Q');
      assert.equal(await t.ended(), 0);
      assertGivenBack(t);
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
});

function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

test('without a terminal: refused, with what to use instead', async () => {
  const { spawnSync } = await import('node:child_process');
  const { stderr, stdout } = spawnSync(process.execPath, ['--import', 'tsx', 'test/tui/dev.ts'], { encoding: 'utf8' });
  assert.match(stderr + stdout, /A screen needs a terminal/);
});
