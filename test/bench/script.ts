/** `npm run bench -- script`: what an onFault in TypeScript costs that answers every fault, against the plain C handler. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { byPlainHandler, byUffdscope } from './checker-run.js';
import { alternate, median, ratioText } from './pairs.js';

const pairs = Number(process.env['PAIRS'] ?? 15);
const load = { pages: 20_000 };
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const script = join(folder, 'copy.ts');
writeFileSync(
  script,
  `import { defineScript, type PreparedSource } from 'uffdscope';
let bytes: PreparedSource;
export default defineScript({
  onAttach(ctx) { bytes = ctx.source('pattern:5a'); },
  onFault(fault, ctx) { ctx.copy(bytes); },
});
`,
);
try {
  const run = await alternate(
    pairs,
    async () => (await byPlainHandler(load)).p50,
    async () => (await byUffdscope(load, ['--script', script])).p50,
  );
  console.log(`p50 per fault, a TypeScript onFault / plain C handler: ${ratioText(run)}`);
  console.log(`  (in this run: ${median(run.a)} ns and ${median(run.b)} ns)`);
} finally {
  rmSync(folder, { recursive: true });
}
