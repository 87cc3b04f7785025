/**
 * A test suite that injects faults: what does a program do when its memory is slow, or broken? Here the program is one
 * that uffdscope brings; `attach({ pid })` takes part in one of yours.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demo, holdTo, Judge, readExpectation } from 'uffdscope';

test('a page that comes late is waited for, and every byte is right', async () => {
  const rules = ['off=8k: delay=200ms', 'copy=pattern:5a'];
  await using run = await demo('missing', { defaultAnswer: 'zero', rules, seed: 1 });
  const { code } = await run.exit;
  assert.equal(code, 0);
  assert.equal(run.lines.length, 8);
  for (const line of run.lines) assert.match((JSON.parse(line) as { bytes: string }).bytes, /^(5a)+$/);

  const { faults, latency, byAnswer } = await run.session.statistics();
  assert.equal(faults, 8);
  assert.ok(latency!.max >= 200e6);
  assert.deepEqual(byAnswer, [{ action: 'copy', by: 'rule', answers: 8 }]);
});

test('a page that is broken ends it by SIGBUS', async () => {
  await using run = await demo('missing', { defaultAnswer: 'zero', rules: ['off=12k: poison'] });
  const { signal } = await run.exit;
  assert.equal(signal, 'SIGBUS');
  assert.equal(run.lines.length, 3);
});

test('the same expectations as on the command line', async () => {
  await using run = await demo('missing', { defaultAnswer: 'zero', rules: ['off=0: delay=50ms'] });
  const judge = new Judge(run.session, ['count=8', 'failed=0', 'off>0: count=7'].map(readExpectation));
  await run.exit;
  await run.session.detach();
  holdTo(await judge.verdicts()); // throws, and says what was seen
});
