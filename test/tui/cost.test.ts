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
