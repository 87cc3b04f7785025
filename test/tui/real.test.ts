/** The built program on real programs and the real kernel, by hand: seen, held, answered, left whole. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { isRoot, skipUnless } from '../support/skip.js';
import { on, pause, ROOT, Terminal } from './harness.js';

const TARGETS = path.join(ROOT, 'build', 'release', 'targets');
const needs = skipUnless(
  isRoot && existsSync(path.join(ROOT, 'build', 'release', 'uffdscope.node')),
  'needs root and the built addon',
);

/** A target that is ready, with the lines it prints. */
class Target {
  readonly lines: string[] = [];
  readonly child: ChildProcess;
  #rest = '';
  exit: number | null = null;

  constructor(name: string, args: readonly string[] = []) {
    this.child = spawn(path.join(TARGETS, name), [...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout!.on('data', (data: Buffer) => {
      const all = (this.#rest + data.toString()).split('\n');
      this.#rest = all.pop()!;
      this.lines.push(...all);
    });
    this.child.on('exit', (code) => (this.exit = code ?? -1));
  }

  async until(what: string, test: () => boolean, ms = 15_000): Promise<void> {
    const end = Date.now() + ms;
    while (!test()) {
      if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms; it said\n${this.lines.join('\n')}`);
      await pause(10);
    }
  }

  static async ready(name: string, args: readonly string[] = []): Promise<Target> {
    const target = new Target(name, args);
    await target.until('ready', () => target.lines.some((line) => line.includes('"ready":true')));
    return target;
  }
}

async function withTarget(
  name: string,
  args: readonly string[],
  story: (target: Target) => Promise<void>,
): Promise<void> {
  const target = await Target.ready(name, args);
  try {
    await story(target);
  } finally {
    target.child.kill('SIGKILL');
  }
}

test('demo: it opens, says what a held fault waits for, and a answers it', needs, async () => {
  await on(Terminal.cli(['demo']), async (t) => {
    await t.ready();
    await t.until('the first held fault', /Thread \d+ waits here\. a answer · z zero · e edit bytes · \? more/);
    assert.match(t.text, /ARMED {2}HOLD ON {2}HELD \d/);
    await t.press('a');
    await t.until('answered', /#\d+ answer: Fault \d+ is answered/);
    await t.press('Q');
    assert.equal(await t.ended(), 0);
    assert.match(t.text, /left process \d+/);
  });
});

test('a program that hangs is freed by hand, and reads exactly the bytes typed', needs, async () => {
  await withTarget('demo_missing', ['--pages', '2'], async (target) => {
    await on(Terminal.cli(['attach', String(target.child.pid)]), async (t) => {
      await t.ready();
      await t.until('it waits', /◆HELD|LOOKING.*unread 1/);
      if (!/◆HELD/.test(t.text)) await t.press('i', 'enter');
      await t.until('held', /◆HELD/);
      await t.press('e');
      await t.until('the editor', /Edit #/);
      await t.press('g');
      await t.type('cafebabe');
      await t.press('tab');
      await t.type('by hand');
      await t.press('enter');
      await t.until('kept', /bytes kept; a answers with them/);
      assert.ok(!target.lines.some((line) => line.includes('"page":0')), 'not before it is answered');
      await t.press('a');
      await target.until('it read them', () => target.lines.some((line) => /cafebabe62792068616e64/.test(line)));
      await t.press('Q');
      assert.equal(await t.ended(), 0);
    });
  });
});

test('z on a page that somebody else should fill asks once a range', needs, async () => {
  await withTarget('demo_nobody_reads', ['--threads', '3'], async (target) => {
    await on(Terminal.cli(['attach', String(target.child.pid)]), async (t) => {
      await t.ready();
      await t.until('held', /3 held/);
      await t.press(':');
      await t.type('filter held');
      await t.press('enter');
      await t.until('only those', /3 held · 3 shown/);
      await t.press('g', 'z');
      await t.until('it asks', /Fill 1 page in .* with zeros\?/);
      await t.press('y');
      await t.until(
        'one thread goes on',
        () => target.lines.filter((line) => line.includes('"done":true')).length === 1,
      );
      await t.press('j', 'z');
      await t.until('not asked again', () => target.lines.filter((line) => line.includes('"done":true')).length === 2);
      await t.press('v', 'G', 'v', 'z');
      await target.until('all', () => target.exit === 0);
      await t.until('the screen says that it ended', /TARGET GONE/);
      await t.press('Q');
      assert.equal(await t.ended(), 0);
    });
  });
});

test('the terminal closes: everything is handed back, and we end', needs, async () => {
  await withTarget('demo_tour', ['--serve', '--rate', '50'], async (target) => {
    const t = Terminal.cli(['attach', String(target.child.pid)]);
    await t.ready();
    await t.press('i', 'enter');
    await t.until('held', /HELD \d/);
    const { pid } = t.pty;
    (t.pty as unknown as { _socket: { destroy(): void } })._socket.destroy();
    await target.until('we end', () => !isAlive(pid));
    t.close();
    await target.until('its threads run on', () => !waitsForPage(target.child.pid!));
    assert.equal(target.exit, null);
  });
});

test('a terminal not read for 5 s: default answers go on', needs, async () => {
  await withTarget('demo_checker', ['--seconds', '4', '--pages', '500', '--wait'], async (target) => {
    await on(Terminal.cli(['attach', String(target.child.pid), '--default', 'zero']), async (t) => {
      await t.ready();
      t.pty.pause();
      await pause(300);
      target.child.stdin!.end('\n');
      await target.until(
        'it ends with every byte right, nobody reading the terminal',
        () => target.exit !== null,
        20_000,
      );
      assert.equal(target.exit, 0, target.lines.join('\n'));
      t.pty.resume();
      await t.until('all of it is on the screen', /[1-9]\d*,\d\d\d shown of/);
      await t.press('Q');
      assert.equal(await t.ended(), 0);
    });
  });
});

test('while faults pour in: a key answers within 100 ms, and drawing takes little', needs, async (c) => {
  await withTarget('demo_checker', ['--seconds', '12', '--pages', '2000', '--wait'], async (target) => {
    await on(Terminal.cli(['attach', String(target.child.pid), '--default', 'zero']), async (t) => {
      await t.ready();
      await pause(1500); // ink is loaded and drawn
      target.child.stdin!.end('\n');
      await t.until('faults', /[1-9]\d*,\d\d\d shown of/);
      const began = { ticks: mainThreadTicks(t.pty.pid), at: performance.now() };
      const times: number[] = [];
      for (let i = 0; i < 8; i++) {
        const started = performance.now();
        t.send(i % 2 === 0 ? '1' : '4');
        await t.until('the focus moves', () => boldTitle(t, i % 2 === 0 ? '1 [Ranges]' : '4 [Faults]'));
        times.push(performance.now() - started);
        await pause(300);
      }
      const cpu = (mainThreadTicks(t.pty.pid) - began.ticks) / ((performance.now() - began.at) / 1000);
      const rate = /([\d.]+[kM]?)\/s/.exec(t.rows[0]!)?.[1];
      c.diagnostic(
        `${rate} faults/s, a key in ${Math.round(median(times))} ms (median of ${times.length}), main thread ${cpu.toFixed(1)} %`,
      );
      assert.ok(median(times) < 100, `keys took ${times.map(Math.round).join(' ')} ms`);
      assert.ok(cpu < 25, `${cpu.toFixed(1)} % of a core went into the screen`);
      await t.press('Q');
      assert.equal(await t.ended(), 0);
    });
  });
});

test('a million real faults: top, bottom and a filter, from key to screen', needs, async (c) => {
  await withTarget('demo_checker', ['--rounds', '600', '--pages', '2000', '--wait'], async (target) => {
    await on(Terminal.cli(['attach', String(target.child.pid), '--default', 'zero']), async (t) => {
      await t.ready();
      target.child.stdin!.end('\n');
      const kept = (): number => Number(/of ([\d,]+) ─/.exec(t.text)?.[1]?.replaceAll(',', '') ?? 0);
      await t.until('a million', () => kept() >= 1_000_000, 120_000);
      target.child.kill('SIGSTOP'); // what is measured is the screen
      await pause(1500);
      const focusRow = (): number => t.rows.findIndex((row) => row.includes('││▌'));
      const measure = async (what: string, act: () => Promise<void> | void, seen: () => boolean): Promise<void> => {
        const times: number[] = [];
        for (let i = 0; i < 5; i++) {
          await act();
          const started = performance.now();
          t.send(what.length === 1 ? what : '\r');
          await t.until(what, seen);
          times.push(Math.round(performance.now() - started));
        }
        c.diagnostic(`${what}: ${times.join(', ')} ms`);
        assert.ok(Math.min(...times) < 100, `${what} took ${times.join(', ')} ms`);
      };
      await measure(
        'g',
        () => t.press('G').then(() => pause(100)),
        () => focusRow() === 4,
      );
      await measure(
        'G',
        () => t.press('g').then(() => pause(100)),
        () => focusRow() > 10,
      );
      for (const filter of ['off<4k', 'kind=wp']) {
        const type = async (): Promise<void> => {
          if (t.text.includes('[f: off') || t.text.includes('[f: kind')) await t.press('esc');
          await t.press(':');
          await t.type(`filter ${filter}`);
          await pause(150);
        };
        await measure(filter, type, () => t.text.includes(`[f: ${filter}]`));
      }
      c.diagnostic(`${kept().toLocaleString('en')} faults kept, RSS ${rssMb(t.pty.pid)} MB`);
      await t.press('Q');
      target.child.kill('SIGCONT');
      assert.equal(await t.ended(), 0);
    });
  });
});

test('the first frame is there within a second', needs, async (c) => {
  const times: number[] = [];
  for (let i = 0; i < 4; i++) {
    const started = performance.now();
    await on(Terminal.cli(['demo']), async (t) => {
      await t.until('first rows', /demo\[\d+\]/);
      times.push(performance.now() - started);
    });
  }
  c.diagnostic(
    `first rows after ${times.map((ms) => Math.round(ms)).join(', ')} ms, the demo target and attaching included`,
  );
  assert.ok(Math.min(...times) < 1000);
});

function rssMb(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1000);
}

function boldTitle(t: Terminal, title: string): boolean {
  const y = t.rows.findIndex((row) => row.includes(title));
  if (y < 0) return false;
  return t.cell(t.rows[y]!.indexOf(title), y)!.getFgColor() === 2;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** The thread that runs JavaScript; the engine has its own. */
function mainThreadTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** uffd messages nobody has read, of any descriptor of the process. */
function waitsForPage(pid: number): boolean {
  return /^pending:\s+[1-9]/m.test(readFileSync(`/proc/${pid}/fdinfo/3`, 'utf8'));
}
