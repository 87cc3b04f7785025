/** What the commands print is what docs/reference/json.md says: every field, no other, each of its shape. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { DOCTOR, PS, PS_BY_FEATURE, TRACE } from '../../docs/generate/json-shapes.js';
import { packageRoot } from '../../native/addon/load.js';
import { BYS, ruleName } from '../../native/session/record-layout.js';
import { startTarget } from '../fixtures/target.js';
import { assertObject } from './shape.js';

/** Others on this machine may have thousands of threads that wait, and `ps` names each. */
const MUCH = 2 ** 28;

function uffdscope(...args: readonly string[]): string {
  const words = [join(packageRoot(), 'bin', 'uffdscope.js'), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: MUCH,
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

test('ps --json, with threads that wait', async () => {
  await using target = await startTarget('nobody_reads');
  const document = JSON.parse(uffdscope('ps', '--json')) as { userfaultfds: { ino: number; waiting: unknown[] }[] };
  assertObject(document, 'Document', PS);
  const ours = document.userfaultfds.find(({ ino }) => ino === target.ready.ino);
  assert.equal(ours?.waiting.length, 2);
  assertObject(JSON.parse(uffdscope('ps', '--json', '--by', 'feature')), 'Document', PS_BY_FEATURE);
});

test('whoever can decide or answer is named where records name him', () => {
  const mayDecide = new Set<string | null>(['operator', 'default', 'rule', 'script']);
  const inWords = (by: string): string => (by === 'rule' ? 'rule:ID' : by === 'script' ? 'script:NAME' : by);
  const names = [...BYS.filter((by) => by !== null).map(inWords), ruleName(0)];
  const deciding = [...BYS.filter((by) => by !== null && mayDecide.has(by)).map((by) => inWords(by!)), ruleName(0)];
  for (const name of names) assert.ok(TRACE['resolve']!['by']![1].includes(name), `resolve.by does not name ${name}`);
  for (const name of deciding) assert.ok(TRACE['decide']!['by']![1].includes(name), `decide.by does not name ${name}`);
});

test('doctor --json', () => {
  assertObject(JSON.parse(uffdscope('doctor', '--json')), 'Document', DOCTOR);
});

test('attach --headless -o jsonl: faults held for a while, then answered', async () => {
  await using target = await startTarget('missing', ['--pages', 6, '--pause', 60]);
  const lines = records(
    uffdscope(
      'attach',
      `${target.pid}`,
      '--headless',
      '-o',
      'jsonl',
      '--hold',
      '--max-hold',
      '20ms',
      '--default',
      'zero',
    ),
  );
  for (const record of lines) assertObject(record, record.type, TRACE, JSON.stringify(record));
  const types = lines.map(({ type }) => type);
  assert.equal(types[0], 'attach');
  assert.deepEqual(types.slice(-2), ['summary', 'detach']);
  for (const type of ['register', 'note', 'fault', 'decide', 'resolve']) assert.ok(types.includes(type), type);
});

test('attach --headless -o jsonl: a process whose memory moves', async () => {
  await using target = await startTarget('remaps', ['--no-handler', '--rounds', 2]);
  const lines = records(uffdscope('attach', `${target.pid}`, '--headless', '-o', 'jsonl', '--source', 'pattern:5a'));
  for (const record of lines) assertObject(record, record.type, TRACE, JSON.stringify(record));
  const types = new Set(lines.map(({ type }) => type));
  for (const type of ['remap', 'remove', 'unmap']) assert.ok(types.has(type), `${type} in ${[...types].join(' ')}`);
});

function records(output: string): { readonly type: string }[] {
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string });
}
