/** What the screen costs: nothing while nothing happens, and a tenth of a second with a million faults. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { on, pause, Terminal } from './harness.js';

/** ms of CPU of the whole process. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function rssMb(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1000);
}

for (const held of ['0', '3']) {
  test(`idle, ${held} held: under one per cent of a core`, async (c) => {
    await on(Terminal.dev(['--held', held]), async (t) => {
      await t.ready();
      await pause(7000); // what starting left to do is done, and ages no longer show tenths
      const sent = t.raw.length;
      const shares: number[] = [];
      for (let i = 0; i < 3; i++) {
        const before = cpuMs(t.pty.pid);
        await pause(4000);
        shares.push((cpuMs(t.pty.pid) - before) / 40);
      }
      c.diagnostic(
        `${shares.map((share) => share.toFixed(2)).join(', ')} % of a core, ${t.raw.length - sent} bytes in 12 s, RSS ${rssMb(t.pty.pid)} MB`,
      );
      assert.ok(Math.min(...shares) < 1, 'under 1 % of a core');
      if (held === '0') assert.equal(t.raw.length, sent, 'nothing changed, nothing is sent');
      else assert.ok(t.raw.length - sent < 20_000, 'ages only');
    });
  });
}

test('a million past faults: top, bottom, filter and sort', async (c) => {
  await on(Terminal.dev(['--past', '1000000', '--held', '0']), async (t) => {
    await t.ready();
    await pause(1500);
    const timed = async (what: string, act: () => Promise<void> | void, seen: () => boolean): Promise<number> => {
      const started = performance.now();
      await act();
      await t.until(what, seen);
      return performance.now() - started;
    };
    const key = (keys: string) => (): void => t.send(keys);
    const focused = (seq: number) => (): boolean => new RegExp(`││▌ *${seq} `).test(t.text);
    const best = (what: string, times: readonly number[]): void => {
      c.diagnostic(`${what}: ${times.map((ms) => ms.toFixed(0)).join(', ')} ms from key to screen`);
      // The best of several: this machine has other things to do as well.
      assert.ok(Math.min(...times) < 100, `${what} took ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    };
    const tops: number[] = [];
    const bottoms: number[] = [];
    for (let i = 0; i < 4; i++) {
      tops.push(await timed('top', key('g'), focused(1)));
      bottoms.push(await timed('bottom', key('G'), focused(1_000_000)));
    }
    best('g', tops);
    best('G', bottoms);
    const filters: number[] = [];
    for (let i = 0; i < 4; i++) {
      await t.press(':');
      await t.type('filter kind=wp');
      await pause(100);
      filters.push(
        await timed(
          'filter',
          key('\r'),
          () => /\[f: kind=wp\]/.test(t.text) && /20\d,\d\d\d shown of 1,000,000/.test(t.text),
        ),
      );
      await t.press('esc');
      await t.until('no filter', /1,000,000 shown of 1,000,000/);
    }
    best('filter', filters);
    c.diagnostic(`RSS ${rssMb(t.pty.pid)} MB, the million synthetic faults and tsx included`);
  });
});
