/** docs/examples: rules that are understood, and that do to a program what their first line says. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../native/addon/load.js';
import { attach, demo, readRuleFile } from '../../native/session/index.js';
import { startTarget } from '../fixtures/target.js';
import { until } from '../support/until.js';

const examples = join(packageRoot(), 'docs', 'examples');
const rulesOf = (name: string): string[] => readRuleFile(join(examples, `${name}.rules`)).rules.map(({ text }) => text);

const CHECKER = ['--pages', 400, '--threads', 4, '--expect', 'byte:00', '--wait'];
/** Its own handler fills pages with this byte. */
const SERVED = ['--pages', 400, '--threads', 4, '--expect', 'byte:5a', '--wait', '--serve'];

test('each file of rules is understood, and nothing about it is odd', () => {
  const files = readdirSync(examples).filter((name) => name.endsWith('.rules'));
  assert.ok(files.length >= 4);
  for (const name of files) {
    const { errors, warnings, rules } = readRuleFile(join(examples, name));
    assert.deepEqual([errors, warnings], [[], []], name);
    assert.ok(rules.length > 0);
  }
});

test('slow-disk: every page takes its time, the bytes are right', async () => {
  await using checker = await startTarget('checker', ['--pages', 60, '--expect', 'byte:00', '--wait']);
  const rules = rulesOf('slow-disk');
  await using session = await attach({ pid: checker.pid, defaultAnswer: 'zero', rules, seed: 4 });
  checker.say('\n');
  const [said] = (await checker.json(1, 60_000)) as [{ ok: boolean }];
  assert.ok(said.ok);
  await until('all are counted', () => session.snapshot().resolved >= 60); // the last is seen before it is
  const { latency } = await session.statistics();
  assert.ok(latency!.p50 >= 1e6 && latency!.max >= 8e6, `${latency!.p50} and ${latency!.max} ns`);
});

test('lossy-post-copy: one in ten goes back to the handler, which answers all in the end', async () => {
  await using checker = await startTarget('checker', [...SERVED, '--seconds', 8]);
  const rules = rulesOf('lossy-post-copy');
  await using session = await attach({ pid: checker.pid, defaultAnswer: 'pass', rules, seed: 4 });
  checker.say('\n');
  const [said] = (await checker.json(1, 120_000)) as [{ ok: boolean }];
  assert.ok(said.ok);
  assert.ok(session.rules.list()[0]!.acted >= 3, 'some were lost');
  assert.ok(session.rules.list()[0]!.matched > session.rules.list()[0]!.acted);
});

test('poisoned-page: SIGBUS at the third page', async () => {
  await using run = await demo('missing', { defaultAnswer: 'zero', rules: rulesOf('poisoned-page') });
  assert.equal((await run.exit).signal, 'SIGBUS');
  assert.equal(run.lines.length, 2);
});

test('handler-race: woken early, answered twice, out of order, and not a byte is wrong', async () => {
  await using checker = await startTarget('checker', CHECKER);
  const rules = rulesOf('handler-race');
  await using session = await attach({ pid: checker.pid, defaultAnswer: 'zero', rules, seed: 4 });
  checker.say('\n');
  const [said] = (await checker.json(1, 120_000)) as [{ ok: boolean }];
  assert.ok(said.ok);
  for (const { text, acted } of session.rules.list()) assert.ok(acted > 20, text);
  assert.ok((await session.statistics()).races > 20, 'second answers found the page there');
});

test('inject.test.ts: a suite that uses the library by its name', () => {
  const words = ['--import', 'tsx', '--test', '--test-reporter=tap', join(examples, 'inject.test.ts')];
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined }; // as its own run, not as a part of this one
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: packageRoot(),
    encoding: 'utf8',
    timeout: 120_000,
    env,
  });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /^# pass 3$/m);
});
