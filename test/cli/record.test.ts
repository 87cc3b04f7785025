/** `record`, `show` and `export` as a person calls them. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { attach } from '../../native/session/index.js';
import { folder } from '../fixtures/recording.js';
import { startTarget } from '../fixtures/target.js';
import { isRoot } from '../support/skip.js';
import { until } from '../support/until.js';
import { uffdscope } from './uffdscope.js';

const types = (jsonl: string) =>
  jsonl
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { type: string }).type);

test('record answers as it is told, writes everything down and prints nothing', async () => {
  using place = folder();
  const path = place.file('run.uffdrec');
  await using target = await startTarget('missing', ['--pages', 6]);
  const done = await uffdscope(['record', target.pid, '-o', path, '--default', 'zero'], { timeoutMs: 60_000 });
  assert.equal(done.status, 0, done.stderr);
  assert.equal(done.stdout, '');
  assert.match(done.stderr, /recorded 6 faults in .*run\.uffdrec/);
  const shown = await uffdscope(['show', path, '--headless', '-o', 'jsonl']);
  const count = (type: string) => types(shown.stdout).filter((t) => t === type).length;
  assert.deepEqual([count('attach'), count('fault'), count('resolve'), count('summary')], [1, 6, 6, 1]);
});

test('record beside a living handler hands each fault on to it', async () => {
  using place = folder();
  const path = place.file('run.uffdrec');
  // It reads what its handler gives it, and says so only if every byte is right.
  await using target = await startTarget('checker', ['--pages', 200, '--seconds', 6, '--serve', '--wait']);
  const recording = uffdscope(['record', target.pid, '-o', path, '--duration', '60s'], { timeoutMs: 90_000 });
  await until('it has begun', () => existsSync(path));
  target.say('\n');
  const done = await recording;
  assert.equal(done.status, 0, done.stderr);
  const [said] = (await target.json(1, 60_000)) as [{ ok: boolean }];
  assert.ok(said.ok);
  const shown = await uffdscope(['show', path, '--headless', '-o', 'jsonl']);
  assert.ok(types(shown.stdout).includes('fault'));
});

test('export --to perfetto is one JSON document with a span for each fault', async () => {
  using place = folder();
  const path = place.file('run.uffdrec');
  const made = await uffdscope(['demo', 'missing', '--headless', '--default', 'zero', '--record', path]);
  assert.equal(made.status, 0, made.stderr);
  const exported = await uffdscope(['export', path, '--to', 'perfetto', '-o', place.file('trace.json')]);
  assert.equal(exported.status, 0, exported.stderr);
  assert.equal(exported.stdout, '');
  const { traceEvents } = JSON.parse(readFileSync(place.file('trace.json'), 'utf8')) as {
    traceEvents: { ph: string }[];
  };
  assert.equal(traceEvents.filter((e) => e.ph === 'X').length, 8);
  symlinkSync(place.file('trace.json'), place.file('link'));
  const linked = await uffdscope(['export', path, '--to', 'csv', '-o', place.file('link')]);
  assert.equal(linked.status, 1);
  assert.match(linked.stderr, /is a symbolic link/);
});

test('what is no recording is one sentence', async () => {
  using place = folder();
  writeFileSync(place.file('text'), 'hello');
  for (const words of [
    ['show', place.file('text'), '--headless'],
    ['export', place.file('text'), '--to', 'jsonl'],
    ['replay', place.file('text'), '1'],
  ]) {
    const { status, stdout, stderr } = await uffdscope(words);
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /^uffdscope: .*text is no recording\.\n/);
  }
  const lone = await uffdscope(['demo', 'missing', '--headless', '--default', 'zero', '--max-size', '2M']);
  assert.equal(lone.status, 2);
  assert.match(lone.stderr, /are for a recording/);
  const small = await uffdscope(['demo', '--headless', '--record', place.file('a'), '--max-size', '5k']);
  assert.equal(small.status, 2);
});

test('started by sudo, the recording belongs to the real user', { skip: !isRoot && 'needs root' }, async () => {
  using place = folder();
  const path = place.file('run.uffdrec');
  const env = { SUDO_UID: '65534', SUDO_GID: '65534' };
  const words = ['demo', 'missing', '--headless', '--default', 'zero', '--record', path];
  for (let again = 0; again < 2; again++) {
    const made = await uffdscope(words, { env });
    assert.equal(made.status, 0, made.stderr);
    const { uid, mode } = statSync(path);
    assert.deepEqual([uid, mode & 0o777], [65534, 0o600]);
  }
});

test('a recording that is being written, or replayed, is not written over', async () => {
  await using target = await startTarget('missing', ['--pages', 8]);
  using place = folder();
  const path = place.file('one.uffdrec');
  const busy = await attach({ pid: target.pid, defaultAnswer: 'zero', hold: null, record: { path } });
  const flags = ['--headless', '--default', 'zero', '--record', path];
  const second = await uffdscope(['demo', 'missing', ...flags]);
  assert.equal(second.status, 1);
  assert.match(second.stderr, /is being written by another uffdscope/);
  await busy.detach();
  const replay = await uffdscope(['replay', path, target.pid, '--record', path]);
  assert.equal(replay.status, 2);
  assert.match(replay.stderr, /cannot be recorded over the recording that it replays|holds no decision/);
  assert.equal((await uffdscope(['show', path, '--headless'])).status, 0);
});
