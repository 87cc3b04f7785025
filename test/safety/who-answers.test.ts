/** Is there a handler at work, or does nobody live who could answer? Each row of docs/howto/who-answers.md. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach, UffdscopeError } from '../../native/session/index.js';
import { startWhoAnswers, type WhoAnswers } from '../fixtures/who-answers.js';
import { until } from '../support/until.js';

const armed = (target: WhoAnswers, more: { readonly redrive?: boolean } = {}) =>
  attach({ pid: target.pid, armed: true, defaultAnswer: 'zero', ...more });

function refusedFor(pattern: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof UffdscopeError && error.code === 'HANDLER_NOT_FROZEN', String(error));
    assert.match(error.message, pattern);
    return true;
  };
}

for (const wait of ['pause', 'sleep', 'beat', 'join', 'child', 'poll', 'read', 'storm']) {
  test(`a process that nobody reads is freed at once while its first thread is in ${wait}`, async () => {
    await using target = await startWhoAnswers('hang', wait);
    await using session = await armed(target);
    assert.equal(await target.end, '00 00 00');
    assert.equal(session.snapshot().handler, 'none');
    // The target may end before the last answer is written down.
    await until('all are counted', () => session.snapshot().faults >= 3);
    if (wait !== 'storm') assert.equal(session.snapshot().faults, 3, 'each fault once');
  });
}

for (const wait of ['pause', 'join']) {
  test(`threads whose faults a timer interrupts each millisecond are freed (${wait})`, async () => {
    await using target = await startWhoAnswers('hang', wait, 'timer');
    await using session = await armed(target);
    assert.equal(await target.end, '00 00 00');
    assert.equal(session.snapshot().handler, 'none');
  });
}

test('a thread that never sleeps may be the handler: it is named, and not read beside', async () => {
  await using target = await startWhoAnswers('hang', 'spin');
  await assert.rejects(armed(target), refusedFor(/is at work and may be the handler/));
});

for (const wait of ['pause', 'join']) {
  test(`what a thread has read that ended comes again, since the others can never answer it (${wait})`, async () => {
    await using target = await startWhoAnswers('lost', wait);
    await using session = await armed(target);
    assert.equal(await target.end, '00 00 00');
    assert.equal(session.snapshot().handler, 'none');
  });
}

for (const wait of ['sleep', 'poll', 'child']) {
  test(`a message in hand, and a thread in ${wait} that might come back with the page: the operator must say so`, async () => {
    await using target = await startWhoAnswers('lost', wait);
    await assert.rejects(armed(target), refusedFor(/read and not answered/));
    await using session = await armed(target, { redrive: true });
    assert.equal(await target.end, '00 00 00');
    assert.equal(session.snapshot().handler, 'none');
  });
}

for (const work of ['nap', 'file', 'pipe', 'compute']) {
  test(`no page is zeroed that a handler has in hand, which is long at work (${work})`, async () => {
    await using target = await startWhoAnswers('busy', work);
    await assert.rejects(armed(target), refusedFor(/read and not answered/));
    process.kill(target.pid, 'SIGUSR1'); // it hurries from here on
    assert.equal(await target.end, '77 77 77', 'every byte is the handler’s');
  });
}
