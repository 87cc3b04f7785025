/** `npm run bench -- record`: what a recording costs a fault that is answered at full rate. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Recording } from '../../native/session/index.js';
import { byUffdscope } from './checker-run.js';
import { alternate, median, ratioText } from './pairs.js';

const pairs = Number(process.env['PAIRS'] ?? 15);
const load = { pages: 50_000 };

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const file = join(folder, 'run.uffdrec');
try {
  for (const [name, flags] of [
    ['recorded', ['--record', file]],
    ['recorded with pages', ['--record', file, '--record-pages']],
  ] as const) {
    const run = await alternate(
      pairs,
      async () => (await byUffdscope(load)).p50,
      async () => (await byUffdscope(load, flags)).p50,
    );
    let faults = 0;
    let lost = 0;
    using recording = new Recording(file);
    for (const item of recording.items()) {
      if (item.is === 'fault') faults++;
      if (item.is === 'lost') lost += item.count;
    }
    console.log(`p50 per fault, ${name} / not: ${ratioText(run)} (${median(run.a)} ns and ${median(run.b)} ns)`);
    console.log(`  ${faults} faults recorded, ${lost} lost, ${(statSync(file).size / 2 ** 20).toFixed(1)} MiB`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
