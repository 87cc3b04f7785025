/** `npm run bench -- engine`: what answering through uffdscope costs, against the plain C handler. */
import { byPlainHandler, byUffdscope } from './checker-run.js';
import { alternate, median, ratioText } from './pairs.js';

const pairs = Number(process.env['PAIRS'] ?? 15);
const load = { pages: 20_000 };

const latency = await alternate(
  pairs,
  async () => (await byPlainHandler(load)).p50,
  async () => (await byUffdscope(load)).p50,
);
console.log(`p50 per fault, uffdscope / plain C handler: ${ratioText(latency)}`);
console.log(`  (in this run: ${median(latency.a)} ns and ${median(latency.b)} ns)`);

const block = await alternate(
  Math.max(3, Math.ceil(pairs / 3)),
  async () => (await byUffdscope(load)).pagesPerSecond,
  async () => (await byUffdscope(load, ['--granularity', '64k'])).pagesPerSecond,
);
console.log(`pages/s with --granularity 64k / one page: ${ratioText(block)}`);
