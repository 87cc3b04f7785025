/** `--expect` and the reports, as CI runs them: exit status, what is said, and the files. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SUMMARY } from '../../docs/generate/json-shapes.js';
import type { Summary } from '../../native/session/index.js';
import { assertObject } from '../docs/shape.js';
import { startTarget } from '../fixtures/target.js';
import { uffdscope } from './uffdscope.js';

const folder = mkdtempSync(join(tmpdir(), 'expect-'));
after(() => rmSync(folder, { recursive: true }));

const DEMO = ['demo', 'missing', '--headless', '--default', 'zero'];
const run = (...more: readonly string[]) => uffdscope([...DEMO, ...more], { timeoutMs: 60_000 });

test('all that was expected is so: status 0', async () => {
  const { status, stderr } = await run(
    ...['--rule', 'off=4k: delay=60ms', '--strict', '--expect', 'count=8', '--expect', 'max>=60ms'],
    ...['--expect', 'by=rule:1: count=1', '--expect', 'off>=8k: p50<60ms', '--expect', 'no errno=EEXIST'],
    ...['--expect', 'failed=0', '--expect', 'rate>0'],
  );
  assert.equal(status, 0, stderr);
});

test('what is not so is named with what was seen: status 4, and in every report', async () => {
  const [json, junit] = [join(folder, 'summary.json'), join(folder, 'junit.xml')];
  const { status, stdout, stderr } = await run(
    ...['--rule', 'off=4k: delay=200ms', '--rule', 'off=1G: poison', '--strict', '--seed', '9', '-s'],
    ...['--expect', 'count>=100', '--expect', 'p99<100ms', '--expect', 'no state=delayed age>50ms'],
    ...['--expect', 'count=8', '--expect', 'access=write: max<1s', '--summary-json', json, '--junit', junit],
  );
  assert.equal(status, 4);
  assert.match(stderr, /Expected count>=100, but count was 8\./);
  assert.match(stderr, /Expected p99<100ms, but p99 was \d/);
  assert.match(stderr, /Expected no state=delayed age>50ms, but fault 2 was there: missing read at anon\[0\]\+0x1000/);
  assert.match(stderr, /Expected access=write: max<1s, but no such fault was answered\./);
  assert.match(stderr, /A rule never matched: off=1G: poison/);
  assert.doesNotMatch(stderr, /Expected count=8/);

  assert.match(stdout, /8 faults, .* a second: 8 answered/);
  assert.match(stdout, /^FAILED +count>=100 +count was 8$/m);
  const document = JSON.parse(readFileSync(json, 'utf8')) as Summary;
  assertObject(document, 'Document', SUMMARY);
  assert.deepEqual([document.ok, document.seed, document.verdicts.length], [false, 9, 7]);
  assert.equal(document.faults, document.resolved + document.handedBack + document.ended + document.waiting);
  assert.deepEqual(document.byAnswer, [
    { action: 'zero', by: 'default', answers: 7 },
    { action: 'zero', by: 'rule', answers: 1 },
  ]);
  assert.deepEqual([document.pageCount, document.threadCount, document.threads[0]!.faults], [8, 1, 8]);
  assert.equal((readFileSync(junit, 'utf8').match(/<failure /g) ?? []).length, 5);
  assert.equal(statSync(json).mode & 0o777, 0o600);
});

test('where stdout carries records the summary goes to stderr', async () => {
  const { status, stdout, stderr } = await run('-o', 'jsonl', '--summary');
  assert.equal(status, 0);
  for (const line of stdout.trimEnd().split('\n')) JSON.parse(line);
  assert.match(stderr, /8 faults/);
});

test('attach: what is handed back is counted as such', async () => {
  await using target = await startTarget('nobody_reads', ['--threads', 3]);
  const json = join(folder, 'attach.json');
  const { status, stderr } = await uffdscope(
    [
      ...['attach', target.pid, '--headless', '--default', 'hold', '--max-hold', '60s', '--duration', '1500ms'],
      ...['--expect', 'no held age>300ms', '--expect', 'count=3', '--summary-json', json],
    ],
    { timeoutMs: 60_000 },
  );
  assert.equal(status, 4, stderr);
  assert.match(stderr, /Expected no held age>300ms, but fault \d was there/);
  const { faults, handedBack, resolved, waiting } = JSON.parse(readFileSync(json, 'utf8')) as Summary;
  assert.deepEqual([faults, handedBack, resolved, waiting], [3, 3, 0, 0]);
});

test('what cannot be read or written is said before anything begins', async () => {
  const wrong = await run('--expect', 'p98<5ms');
  assert.equal(wrong.status, 2);
  assert.equal(wrong.stdout, '');
  assert.match(wrong.stderr, /no measure "p98"; did you mean p90\?\n {2}p98<5ms\n {2}\^~~/);
  const nowhere = await run('--junit', join(folder, 'no', 'such', 'folder.xml'));
  assert.deepEqual([nowhere.status, nowhere.stdout], [1, '']);
  assert.match(nowhere.stderr, /cannot be written \(ENOENT\)/);
  const link = join(folder, 'link');
  writeFileSync(join(folder, 'precious'), 'precious');
  symlinkSync('precious', link);
  const through = await run('--summary-json', link);
  assert.equal(through.status, 1);
  assert.equal(readFileSync(link, 'utf8'), 'precious');
  const screen = await uffdscope(['demo', 'missing', '--expect', 'count=1']);
  assert.equal(screen.status, 2);
  assert.match(screen.stderr, /--expect with --headless only/);
});
