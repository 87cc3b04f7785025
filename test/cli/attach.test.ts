/** `attach --headless` as a user runs it: lines out, faults answered, everything handed back at each kind of end. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { startTarget } from '../fixtures/target.js';
import { COMMAND, bash, uffdscope } from './uffdscope.js';

type Line = Readonly<Record<string, unknown>>;

const lines = (stdout: string): Line[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
const typed = (all: readonly Line[], type: string) => all.filter((line) => line['type'] === type);

test('a process that hangs because nobody reads is freed; each fault is answered once and logged', async () => {
  await using target = await startTarget('nobody_reads', ['--threads', 3]);
  const { status, stdout, stderr } = await uffdscope([
    'attach',
    target.pid,
    '--headless',
    '--default',
    'zero',
    '-o',
    'jsonl',
  ]);
  assert.equal(status, 0, stderr);
  assert.match(stderr, new RegExp(`left process ${target.pid}, which has ended`));
  const all = lines(stdout);
  assert.equal(all[0]!['schema'], 'uffdscope.trace/1');
  assert.equal(all[0]!['ino'], target.ready.ino);
  assert.equal(all.at(-1)!['type'], 'detach');
  const faults = typed(all, 'fault');
  assert.equal(faults.length, 3);
  assert.equal(new Set(faults.map((fault) => fault['tid'])).size, 3);
  for (const fault of faults) {
    const answers = typed(all, 'resolve').filter((line) => line['seq'] === fault['seq']);
    assert.equal(answers.length, 1);
    assert.deepEqual([answers[0]!['action'], answers[0]!['by'], answers[0]!['errno']], ['zero', 'default', null]);
  }
  const times = all.map((line) => Number(line['t']));
  assert.ok(times.every((t) => t >= 0));
});

test('--duration: it leaves by itself, and the target waits on as it did', async () => {
  await using target = await startTarget('nobody_reads', ['--threads', 1]);
  const { status, stdout, stderr } = await uffdscope([
    ...['attach', target.pid, '--headless', '--default', 'hold', '--max-hold', '60s'],
    ...['--duration', '700ms', '-o', 'jsonl'],
  ]);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /its time over/);
  assert.equal(typed(lines(stdout), 'decide')[0]!['action'], 'hold');
  const ps = JSON.parse((await uffdscope(['ps', '--json'])).stdout) as {
    userfaultfds: { ino: number; total: number }[];
  };
  const after = ps.userfaultfds.find(({ ino }) => ino === target.ready.ino);
  assert.equal(after?.total, 1, 'handed back: it waits again');
});

test('SIGINT and SIGTERM are an orderly end with exit 0, and what was held goes back', async () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    await using target = await startTarget('nobody_reads', ['--threads', 1]);
    const args = [COMMAND, 'attach', String(target.pid), '--headless', '--hold', '--max-hold', '60s'];
    const child = spawn(process.execPath, [...args, '--default', 'zero', '-o', 'jsonl'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const seen: Line[] = [];
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as Line;
      seen.push(line);
      if (line['type'] === 'decide') child.kill(signal);
    });
    assert.equal(await ended, 0, signal);
    assert.equal(typed(seen, 'detach')[0]!['released'], 1);
    assert.equal(typed(seen, 'resolve').filter((line) => line['action'] === 'zero').length, 0);
  }
});

test('| head: exit 0, nothing on stderr, the target handed back', async () => {
  await using target = await startTarget('demo', ['--rate', 200]);
  const { stdout, stderr } = await bash(
    `$UFFDSCOPE attach ${target.pid} --headless --default zero -o jsonl | head -n 5; echo "\${PIPESTATUS[0]}"`,
  );
  const all = stdout.trimEnd().split('\n');
  assert.equal(all.at(-1), '0');
  assert.equal(all.length, 6);
  assert.equal(stderr, '');
});

test('| head ends it also when nothing more is to be written', async () => {
  await using target = await startTarget('nobody_reads', ['--threads', 2]);
  const { stdout, stderr } = await bash(
    `timeout 20 $UFFDSCOPE attach ${target.pid} --headless -o jsonl | head -n 1; echo "\${PIPESTATUS[0]}"`,
  );
  assert.equal(stdout.trimEnd().split('\n').at(-1), '0');
  assert.match(stderr, /^uffdscope: looking only; .* takes part\.\n$/);
});

test('--filter shows only what it takes, and answers all the same', async () => {
  await using target = await startTarget('nobody_reads', ['--threads', 2]);
  const { stdout } = await uffdscope([
    ...['attach', target.pid, '--headless', '--default', 'zero', '-o', 'jsonl', '--filter', 'access=read'],
  ]);
  const all = lines(stdout);
  assert.equal(typed(all, 'fault').length, 0);
  assert.equal(typed(all, 'resolve').length, 0);
  assert.equal(typed(all, 'summary')[0]!['resolved'], 2);
});

test('a source answers with its bytes; csv and text say the same', async () => {
  await using target = await startTarget('missing', ['--pages', 2]);
  const { status, stdout } = await uffdscope([
    ...['attach', target.pid, '--headless', '--source', 'pattern:5a', '-o', 'csv', '--duration', '2s'],
  ]);
  assert.equal(status, 0);
  const [header, ...rows] = stdout.trimEnd().split('\n');
  assert.match(header!, /^type,t,seq,pid/);
  const action = header!.split(',').indexOf('action');
  const copies = rows.filter((row) => row.startsWith('resolve')).map((row) => row.split(',')[action]);
  assert.ok(copies.length >= 1 && copies.every((one) => one === 'copy'), stdout);
});

test('what may surprise in a filter is said, and so is what leaving leaves behind', async () => {
  await using target = await startTarget('nobody_reads', ['--threads', 1]);
  const words = ['attach', target.pid, '--headless', '--hold', 'missin', '--default', 'wake', '--max-hold', '60s'];
  const { status, stdout, stderr } = await uffdscope([...words, '--duration', '400ms', '-o', 'jsonl']);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /"missin" is looked for in names; did you mean kind=missing\?/);
  const notes = typed(lines(stdout), 'note').map((line) => line['text']);
  assert.ok(notes.includes('armed: nobody else reads'), notes.join('\n'));
  assert.match(String(notes.at(-1)), /^left: [0-9]+ faults? handed back; nobody was seen to read/);
});

test('however much happens, each fault has its answer and the last line comes', async () => {
  await using target = await startTarget('nobody_reads', ['--threads', 1]);
  // Woken without an answer the thread faults again at once: far more than one batch of lines.
  const { stdout } = await uffdscope([
    ...['attach', target.pid, '--headless', '--default', 'wake', '--duration', '300ms', '-o', 'jsonl'],
  ]);
  const all = lines(stdout);
  const [summary] = typed(all, 'summary');
  const lost = typed(all, 'lost').reduce((sum, line) => sum + Number(line['count']), 0);
  assert.ok(typed(all, 'fault').length + lost >= Number(summary!['faults']), stdout.slice(-500));
  assert.match(String(typed(all, 'note').at(-1)?.['text']), /^left: /);
});

test('left without having looked for a handler: that is said in words', async () => {
  await using target = await startTarget('missing', ['--pages', 2]);
  const { stdout } = await uffdscope([...['attach', target.pid, '--headless', '--duration', '1ms', '-o', 'jsonl']]);
  const text = String(typed(lines(stdout), 'note').at(-1)?.['text']);
  assert.match(text, /^left: 0 faults handed back; (the handler reads|whether a handler lives was not found out)$/);
});
