/** A recording played to a new run: every page gets what it got, and the first difference is named. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { attach, Recording, replayPlan, UffdscopeError, type AttachOptions } from '../../native/session/index.js';
import { uffdscope } from '../cli/uffdscope.js';
import { folder } from '../fixtures/recording.js';
import { startTarget } from '../fixtures/target.js';

const RUNS = Number(process.env['RUNS'] ?? 3);

const planOf = (path: string) => {
  using recording = new Recording(path);
  return replayPlan(recording);
};

/** What each fault of each page got, without its time: range, place, kind, action, whether it waited. */
function decisions(path: string): { readonly count: number; readonly waited: number; readonly hash: string } {
  const { count, steps, ranges } = planOf(path);
  const hash = createHash('sha256');
  let waited = 0;
  for (let i = 0; i < count; i++) {
    const [range, offset, kind, action, delay] = steps.subarray(i * 9);
    if (delay! > 0) waited++;
    hash.update(`${ranges[range!]}+${offset} ${kind} ${action} ${delay! > 0}\n`);
  }
  return { count, waited, hash: hash.digest('hex') };
}

/** 1600 pages, read by so many threads, recorded. */
async function run(path: string, threads: number, options: Partial<AttachOptions>): Promise<number> {
  const args = ['--pages', 1600 / threads, '--threads', threads, '--expect', 'byte:00', '--wait'];
  await using checker = await startTarget('checker', args);
  await using session = await attach({ pid: checker.pid, defaultAnswer: 'zero', armed: true, record: { path, pages: true }, ...options }); // prettier-ignore
  checker.say('\n');
  const [said] = (await checker.json(1, 60_000)) as [{ ok: boolean }];
  assert.ok(said.ok);
  return session.native.replayState()?.diverged ?? 0;
}

test('a replay decides as recorded, with one thread and with four', async () => {
  using place = folder();
  const first = place.file('first.uffdrec');
  const again = place.file('again.uffdrec');
  const rules = ['prob=0.3: delay=200us~100us:name=slow', 'prob=0.1: copy=zero:name=other'];
  await run(first, 1, { rules, seed: 1 });
  const recorded = decisions(first);
  assert.equal(recorded.count, 1600);
  assert.ok(recorded.waited > 300 && recorded.waited < 700);
  const replay = planOf(first);
  for (let i = 0; i < RUNS; i++) {
    for (const threads of [1, 4]) {
      assert.equal(await run(again, threads, { replay }), 0);
      assert.deepEqual(decisions(again), recorded);
    }
  }
});

/** What the eight pages of a program that reads them were found to hold. */
async function bytesRead(options: Partial<AttachOptions>): Promise<string[]> {
  await using target = await startTarget('missing', ['--pages', 8, '--wait']);
  await using _ = await attach({ pid: target.pid, defaultAnswer: 'zero', armed: true, ...options });
  target.say('\n');
  const pages = (await target.json(8, 60_000)) as { readonly bytes: string }[];
  return pages.map((p) => p.bytes);
}

test('the bytes are those that were recorded, whatever made them', async () => {
  using place = folder();
  const path = place.file('run.uffdrec');
  const rules = ['prob=0.5: copy=pattern:77:corrupt=flip:9', 'prob=0.5: short=3: copy=pattern:11'];
  for (const [granularity, under] of [
    [4096, rules],
    [16384, ['copy=pattern:77:corrupt=flip:9']],
  ] as const) {
    const recorded = await bytesRead({ rules: under, seed: 5, granularity, record: { path, pages: true } });
    assert.ok(recorded.some((bytes) => bytes.includes('77')));
    // Each run has other addresses, and blocks are cut by address.
    for (let i = 0; i < 4; i++)
      assert.deepEqual(await bytesRead({ replay: planOf(path), granularity, seed: 6 }), recorded);
  }
  await bytesRead({ rules, seed: 5, record: { path } });
  assert.throws(
    () => planOf(path),
    (e: unknown) =>
      e instanceof UffdscopeError && /does not hold the bytes/.test(e.message) && /--record-pages/.test(e.hint),
  );
});

test('a fault that waited waits as long again', async () => {
  using place = folder();
  const path = place.file('run.uffdrec');
  await bytesRead({ rules: ['off=8k: delay=300ms'], seed: 5, record: { path } });
  await using target = await startTarget('missing', ['--pages', 8, '--wait']);
  await using session = await attach({ pid: target.pid, defaultAnswer: 'hold', replay: planOf(path) });
  target.say('\n');
  await target.json(8, 60_000);
  const fault = session.faults.row(3)!;
  assert.equal(fault.by, 'replay');
  assert.ok(fault.latency! >= 300e6);
});

test('the first difference is a sentence and a record; --strict makes it a failure', async () => {
  using place = folder();
  const path = place.file('run.uffdrec');
  const flags = ['--headless', '--default', 'zero', '--record', path];
  const made = await uffdscope(['demo', 'missing', ...flags]);
  assert.equal(made.status, 0, made.stderr);

  const play = async (pages: number, ...more: string[]) => {
    await using target = await startTarget('missing', ['--pages', pages]);
    return await uffdscope(['replay', path, target.pid, '-o', 'jsonl', ...more], { timeoutMs: 60_000 });
  };
  const same = await play(8, '--strict');
  assert.equal(same.status, 0, same.stderr);
  assert.match(same.stderr, /8 faults answered as recorded, 0 that were not/);
  assert.doesNotMatch(same.stdout, /diverge/);

  const more = await play(10);
  assert.equal(more.status, 0, more.stderr);
  assert.match(more.stderr, /leaves the recording at fault 9 \(anon\[0\]\+0x8000\): this page never faulted/);
  const line = more.stdout.split('\n').find((text) => text.includes('"diverge"'));
  assert.equal((JSON.parse(line!) as { seq: number }).seq, 9);

  const strict = await play(10, '--strict');
  assert.equal(strict.status, 1);
  const fewer = await play(5, '--strict');
  assert.equal(fewer.status, 1);
  assert.match(fewer.stderr, /3 pages of the recording never faulted/);
});
