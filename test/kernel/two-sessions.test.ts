/** Two uffdscopes on one userfaultfd that nobody else reads: one takes part, the other looks and says who does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach, type UffdscopeError } from '../../native/session/index.js';
import { startTarget } from '../fixtures/target.js';
import { uffdscope } from '../cli/uffdscope.js';
import { until } from '../support/until.js';

test('the second looks, names the first, and takes part when that one has left', async () => {
  await using target = await startTarget('missing', ['--pages', 3]);
  const first = await attach({ pid: target.pid, defaultAnswer: 'zero', hold: null });
  await until('a held fault', () => first.snapshot().held === 1);

  await using second = await attach({ pid: target.pid });
  assert.equal(second.snapshot().stance, 'looking');
  await assert.rejects(
    second.hold(null),
    (e: UffdscopeError) => e.code === 'TRACED' && e.message.includes(`process ${process.pid}`),
  );
  assert.equal(first.snapshot().held, 1, 'the first kept what it held');

  await first.detach();
  await second.hold(null);
  await until('the same fault, held by the second', () => second.snapshot().held === 1);
  const [seq] = second.faults.waiting();
  await second.perform({ verb: 'zero' }, [seq!]);
  await until('the target read its page', () => target.lines.length > 0);
});

test('a command that would take part ends with a sentence, and the first goes on', async () => {
  await using target = await startTarget('missing', ['--pages', 3]);
  await using first = await attach({ pid: target.pid, defaultAnswer: 'zero', hold: null });
  await until('a held fault', () => first.snapshot().held === 1);
  const { status, stderr } = await uffdscope(['attach', target.pid, '--headless', '--default', 'zero']);
  assert.equal(status, 1, stderr);
  assert.match(stderr, new RegExp(`Another uffdscope takes part in this userfaultfd \\(process ${process.pid}\\)`));
  assert.equal(first.snapshot().held, 1);
});
