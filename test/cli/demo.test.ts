/** `demo --headless`: a bundled program, taken part in from its first fault on, as lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uffdscope } from './uffdscope.js';

type Line = Readonly<Record<string, unknown>>;

const lines = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as Line);

test('every fault of a program that nobody else serves is ours, up to its end', async () => {
  const { status, stdout, stderr } = await uffdscope(
    ['demo', 'missing', '--headless', '--default', 'zero', '-o', 'jsonl'],
    { timeoutMs: 60_000 },
  );
  assert.equal(status, 0, stderr);
  const all = lines(stdout);
  assert.equal(all[0]!['how'], 'join');
  assert.equal(all.filter((line) => line['type'] === 'fault').length, 8);
  assert.equal(all.filter((line) => line['type'] === 'resolve' && line['action'] === 'zero').length, 8);
  const exit = all.find((line) => line['type'] === 'exit')!;
  assert.deepEqual([exit['pid'], exit['code']], [all[0]!['pid'], 0]);
});

test('the first fault of a program with a handler is held before that one sees it', async () => {
  const { status, stdout, stderr } = await uffdscope(
    [
      ...['demo', 'blocking_uffd', '--headless', '--hold', '--max-hold', '50ms', '--source', 'pattern:5a'],
      ...['--duration', '3s', '-o', 'jsonl'],
    ],
    { timeoutMs: 60_000 },
  );
  assert.equal(status, 0, stderr);
  const all = lines(stdout);
  const range = all.find((line) => line['type'] === 'register')!;
  const fault = all.find((line) => line['type'] === 'fault')!;
  assert.equal(fault['address'], range['start'], 'the page that it touches first');
  const decision = all.find((line) => line['type'] === 'decide' && line['seq'] === fault['seq'])!;
  assert.equal(decision['action'], 'hold');
});

test('flags that cannot be: said before a program is started', async () => {
  const alone = await uffdscope(['demo', 'missing', '--default', 'zero']);
  assert.equal(alone.status, 2);
  assert.match(alone.stderr, /demo takes --default with --headless only/);
  const endless = await uffdscope(['demo', 'missing', '--headless', '--default', 'hold']);
  assert.equal(endless.status, 2);
  assert.match(endless.stderr, /would hold for ever/);
});
