/** Recordings of real sessions: nothing is missing, and whatever becomes of file or recorder, it opens. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { test } from 'node:test';
import { attach, FileRecords, Recording, UffdscopeError } from '../../native/session/index.js';
import type { SessionRecord } from '../../native/session/records.js';
import { COMMAND, uffdscope } from '../cli/uffdscope.js';
import { folder } from '../fixtures/recording.js';
import { startTarget } from '../fixtures/target.js';
import { until } from '../support/until.js';

function read(path: string): { readonly all: SessionRecord[]; readonly damage: readonly string[]; lost: number } {
  using recording = new Recording(path);
  const records = new FileRecords(recording);
  const all = [...records.all()];
  return { all, damage: records.damage, lost: records.lost };
}

const seqs = (all: readonly SessionRecord[], type: 'fault' | 'resolve') =>
  all.flatMap((r) => (r.type === type && 'seq' in r ? [r.seq] : []));

/** A checker that four threads of this many pages run through, recorded. */
async function recorded(path: string, pages: number, options: object = {}, rules: readonly string[] = []) {
  await using checker = await startTarget('checker', ['--pages', pages, '--threads', 4, '--wait']);
  await using session = await attach({
    ...{ pid: checker.pid, defaultAnswer: 'zero', armed: true, rules, seed: 3 },
    record: { path, ...options },
  });
  checker.say('\n');
  const [said] = (await checker.json(1, 120_000)) as [{ readonly ok: boolean }];
  assert.ok(said.ok);
  const { faults } = session.snapshot();
  await session.detach();
  return { faults, state: session.recorded! };
}

test('the lines of a recording are those of the session', async () => {
  using place = folder();
  const path = place.file('run.uffdrec');
  for (const format of ['jsonl', 'csv', 'text'] as const) {
    const rule = ['--rule', 'off<8k: delay=3ms', '--seed', '1'];
    const live = await uffdscope(['demo', 'missing', '--headless', ...rule, '--default', 'zero', '-o', format, '--record', path]); // prettier-ignore
    assert.equal(live.status, 0, live.stderr);
    assert.match(live.stderr, /recorded 8 faults in /);
    const shown = await uffdscope(['show', path, '--headless', '-o', format]);
    assert.equal(shown.status, 0, shown.stderr);
    // The last two tell when they were made.
    const lines = (text: string) => text.trimEnd().split('\n').slice(0, -2);
    assert.deepEqual(lines(shown.stdout), lines(live.stdout));
    if (format === 'text') continue;
    const exported = await uffdscope(['export', path, '--to', format, '-o', place.file('out')]);
    assert.equal(exported.status, 0, exported.stderr);
    assert.equal(readFileSync(place.file('out'), 'utf8'), shown.stdout);
  }
});

test('at full rate no fault is missing', async () => {
  using place = folder();
  const path = place.file('run.uffdrec');
  const { faults, state } = await recorded(path, 50_000);
  assert.ok(faults >= 200_000);
  assert.deepEqual([state.lost, state.error, state.faults], [0, null, faults]);
  const { all, damage } = read(path);
  assert.deepEqual(damage, []);
  for (const type of ['fault', 'resolve'] as const) {
    const found = seqs(all, type);
    assert.equal(found.length, faults);
    assert.equal(new Set(found).size, faults);
  }
  assert.deepEqual(
    all.slice(-2).map((r) => r.type),
    ['summary', 'detach'],
  );
});

test('with a limit the oldest files go, and that is said', async () => {
  using place = folder();
  const path = place.file('run.uffdrec');
  const { faults, state } = await recorded(path, 20_000, { maxBytes: 2 ** 20 });
  assert.equal(state.files, 4);
  assert.ok(state.bytes <= 2 ** 20 && state.dropped > 0);
  for (const file of [path, `${path}.1`, `${path}.2`, `${path}.3`]) {
    assert.ok(statSync(file).size <= 2 ** 18);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.ok(seqs(read(file).all, 'fault').length > 0, 'each can be read alone');
  }
  assert.ok(!existsSync(`${path}.4`));
  const { all, damage } = read(path);
  assert.deepEqual(damage, []);
  assert.match(JSON.stringify(all[1]), new RegExp(`oldest ${state.dropped} faults were dropped`));
  const kept = seqs(all, 'fault');
  assert.equal(kept.length + state.dropped, faults);
  assert.equal(kept.at(-1), faults);
  const lone = all.find((r) => r.type === 'fault')!;
  assert.match(JSON.stringify(lone), /anon\[0\]\+0x/, 'ranges are named again in each file');
});

test('cut at each of 10,000 random places it opens, with all that stood before', async () => {
  using place = folder();
  const path = place.file('run.uffdrec');
  const { faults } = await recorded(path, 25, {}, ['prob=0.2: delay=1ms']);
  const whole = seqs(read(path).all, 'fault');
  assert.equal(whole.length, faults);
  const size = statSync(path).size;
  const places = Array.from({ length: 10_000 }, () => randomInt(size)).toSorted((a, b) => b - a);
  let before = Infinity;
  for (const at of places) {
    truncateSync(path, at);
    try {
      const { all, damage } = read(path);
      const found = seqs(all, 'fault');
      assert.ok(found.length <= before && found.every((seq, i) => seq === whole[i]));
      assert.ok(damage.length <= 1);
      before = found.length;
    } catch (error) {
      // So short that not even the description is there.
      assert.ok(
        error instanceof UffdscopeError && error.code === 'RECORDING' && at < 1500,
        `cut at ${at}: ${String(error)}`,
      );
    }
  }
  assert.equal(before, 0);
});

test('with any byte of it changed it gives an error, or says what it leaves out', async () => {
  using place = folder();
  const path = place.file('run.uffdrec');
  await recorded(path, 5);
  const sound = readFileSync(path);
  const lines = read(path).all.length;
  const file = openSync(path, 'r+');
  for (let at = 0; at < sound.length; at++) {
    writeSync(file, Buffer.of(sound[at]! ^ (1 + randomInt(255))), 0, 1, at);
    try {
      const { all, damage } = read(path);
      // Zeros that fill up to a multiple of eight mean nothing.
      assert.ok(damage.length > 0 || all.length === lines, `byte ${at}`);
    } catch (error) {
      assert.ok(error instanceof UffdscopeError && error.code === 'RECORDING', `byte ${at}: ${String(error)}`);
    }
    writeSync(file, sound, at, 1, at);
  }
  closeSync(file);
});

test('when uffdscope is killed in the middle, its recording holds all but the last moments', async () => {
  using place = folder();
  const path = place.file('run.uffdrec');
  await using target = await startTarget('checker', ['--pages', 1000, '--seconds', 60, '--wait']);
  const words = ['attach', target.pid, '--headless', '--default', 'zero', '-o', 'jsonl', '--record', path];
  const scope = spawn(process.execPath, [COMMAND, ...words.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let armed = false;
    scope.stdout.on('data', (text: Buffer) => (armed ||= text.includes('armed')));
    await until('it is armed', () => armed);
    target.say('\n');
    await until('a megabyte', () => existsSync(path) && statSync(path).size > 2 ** 20);
  } finally {
    scope.kill('SIGKILL');
  }
  await new Promise((resolve) => scope.once('close', resolve));
  const { all, damage } = read(path);
  assert.ok(damage.length <= 1);
  const found = seqs(all, 'fault');
  assert.ok(found.length > 5000);
  assert.equal(found.at(-1), found.length, 'none is missing before');
  assert.match(JSON.stringify(all.at(-1)), /did not come to an end/);
});

test('it is written only where nothing of another is', async () => {
  using place = folder();
  await using target = await startTarget('missing');
  await using session = await attach({ pid: target.pid, defaultAnswer: 'hold' });
  const refused = (name: string, why: RegExp) =>
    assert.throws(
      () => session.record(place.file(name)),
      (e: unknown) => e instanceof UffdscopeError && e.code === 'RECORDING' && why.test(e.message),
    );
  writeFileSync(place.file('letter'), 'Dear');
  refused('letter', /no recording of yours/);
  assert.equal(readFileSync(place.file('letter'), 'utf8'), 'Dear');
  symlinkSync(place.file('letter'), place.file('link'));
  refused('link', /symbolic link/);
  refused('none/at/all', /does not exist/);
  writeFileSync(place.file('run.1'), 'Dear');
  refused('run', /no recording of yours/);

  session.record(place.file('mine'));
  assert.throws(() => session.record(place.file('other')), /recorded already/);
  assert.equal(session.recording!.path, place.file('mine'));
  await session.stopRecording();
  assert.equal(session.recording, null);
  chmodSync(place.file('mine'), 0o644);
  session.record(place.file('mine')); // an older recording of ours gives way
  await session.stopRecording();
  assert.equal(statSync(place.file('mine')).mode & 0o777, 0o600);
  linkSync(place.file('mine'), place.file('twin'));
  refused('mine', /no recording of yours/);
});

test('what waits when it begins is in it, and so is what becomes of it', async () => {
  using place = folder();
  const path = place.file('run.uffdrec');
  await using target = await startTarget('missing', ['--pages', 2]);
  await using session = await attach({ pid: target.pid, defaultAnswer: 'hold' });
  await until('it waits', () => session.snapshot().held === 1);
  session.record(path, { pages: true });
  await session.perform({ verb: 'copy', source: { type: 'pattern', byte: 0x21 } }, [1]);
  await until('the next', () => session.snapshot().faults === 2);
  await session.stopRecording();
  const { all } = read(path);
  assert.deepEqual(seqs(all, 'fault'), [1, 2]);
  assert.deepEqual(seqs(all, 'resolve'), [1]);
  using recording = new Recording(path);
  const pages = [...recording.items()].flatMap((i) => (i.is === 'page' ? [i] : []));
  assert.equal(pages.length, 1);
  assert.ok(pages[0]!.seq === 1 && pages[0]!.bytes.equals(Buffer.alloc(4096, 0x21)));
});
