/** `npm run bench -- rules`: what a hundred rules cost a fault that none of them takes, and that all of them weigh. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { byUffdscope } from './checker-run.js';
import { alternate, median, ratioText } from './pairs.js';

const pairs = Number(process.env['PAIRS'] ?? 15);
const load = { pages: 20_000 };

/** Every kind of test a person writes: names, offsets, threads, counts, kinds; none takes a fault of the checker. */
const of = (make: (i: number) => string): string => Array.from({ length: 100 }, (_, i) => make(i)).join('\n');
const mixed = of((i) => {
  const some = [
    `range=cache-${i}: delay=5ms`,
    `off in ${i + 1}T+4k: zero`,
    `tid=${i + 1} rw=w: poison`,
    `hits>=${1000 + i}: delay=exp(1ms)`,
    `kind=wp off<${i + 1}k: unprotect`,
  ];
  return some[i % some.length]!.replace(/(\d+)T/, (_, n: string) => `0x${Number(n).toString(16)}0000000000`);
});
/** The dearest: every rule must be weighed for every fault, and each draws. */
const drawn = of(() => 'prob=0.000000001: delay=1us');

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
try {
  for (const [name, text] of [
    ['a hundred rules of all kinds', mixed],
    ['a hundred rules that each draw', drawn],
  ] as const) {
    const file = join(folder, 'rules');
    writeFileSync(file, text);
    const run = await alternate(
      pairs,
      async () => (await byUffdscope(load)).p50,
      async () => (await byUffdscope(load, ['--rules', file, '--seed', '1'])).p50,
    );
    console.log(`p50 per fault, ${name} / none: ${ratioText(run)} (${median(run.a)} ns and ${median(run.b)} ns)`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
