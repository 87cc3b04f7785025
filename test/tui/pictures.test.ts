/**
 * The pictures of the docs, taken from a real run: `UFFDSCOPE_PICTURES=1 npm test -- tui/pictures` writes them to
 * docs/pictures. Every run draws them, and looks whether they show what they should.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { isRoot, skipUnless } from '../support/skip.js';
import { on, pause, ROOT, Terminal } from './harness.js';
import { svgOf } from './svg.js';

const needs = skipUnless(
  isRoot && existsSync(path.join(ROOT, 'build', 'release', 'uffdscope.node')),
  'needs root and the built addon',
);

function keep(name: string, svg: string): void {
  if (!process.env['UFFDSCOPE_PICTURES']) return;
  const folder = path.join(ROOT, 'docs', 'pictures');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, name), svg);
}

/** A target without the path of this machine in its command line. */
async function startDemo(): Promise<ChildProcess> {
  const program = path.join(ROOT, 'build', 'release', 'targets', 'demo_tour');
  const child = spawn(program, ['--threads', '4'], { argv0: 'demo', stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((ready) => child.stdout.once('data', ready));
  return child;
}

/** Faults held, some answered by hand, one marked, one in focus. */
async function story(t: Terminal): Promise<void> {
  await t.ready();
  await t.press('i', 'enter');
  await t.until('faults are held', /[34] held/);
  for (let i = 0; i < 3; i++) {
    await t.press('A');
    await t.until('asked', /─ Answer all ─/);
    await t.press('y');
    await pause(1200);
  }
  await t.until('more are held', /[34] held/);
  await t.press('G', 'k', 'k', 'space');
  await pause(6500); // what was said goes away, and what is set stands there again
}

for (const [columns, rows] of [
  [120, 40],
  [80, 24],
] as const) {
  test(`a picture of ${columns}x${rows}`, needs, async () => {
    const demo = await startDemo();
    try {
      await on(Terminal.cli(['attach', String(demo.pid), '--default', 'zero'], { columns, rows }), async (t) => {
        await story(t);
        const svg = svgOf(t, `uffdscope in a terminal of ${columns} columns and ${rows} rows`);
        assert.match(svg, /HELD/);
        assert.match(svg, /Faults/);
        assert.equal(svg.match(/<svg/g)?.length, 1);
        assert.doesNotMatch(svg, /\/(?:work|root|tmp|home)\//, 'no path of this machine');
        keep(`screen-${columns}x${rows}.svg`, svg);
      });
    } finally {
      demo.kill('SIGKILL');
    }
  });
}
