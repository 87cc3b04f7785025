/** Taking part in stress-ng's userfaultfd stressor, which ends itself at the first thing that surprises its handler. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../../native/session/index.js';
import { startStressor } from '../fixtures/stress-ng.js';
import { sleep } from '../support/until.js';

test('its faults are held, passed on and answered with zeros, and it ends well', { timeout: 60_000 }, async () => {
  const { pid, ino, exit, said } = await startStressor(12);
  {
    await using holding = await attach({ pid, uffd: { ino } });
    for (let i = 0; i < 5; i++) {
      await holding.hold(null);
      await sleep(100);
      await holding.release();
      await sleep(50);
    }
    assert.ok(holding.snapshot().faults > 0);
  }
  {
    await using passing = await attach({ pid, uffd: { ino }, defaultAnswer: 'pass', armed: true });
    await sleep(1500);
    const { faults, resolved } = passing.snapshot();
    assert.ok(faults > 5 && resolved >= faults - 1, `${resolved} of ${faults} passed to its handler`);
  }
  {
    await using answering = await attach({ pid, uffd: { ino }, defaultAnswer: 'zero', armed: true });
    await sleep(1500);
    assert.ok(answering.snapshot().resolved > 1000, 'answered in its place');
    assert.equal(answering.snapshot().failed, 0);
  }
  assert.equal(await exit, 0, said());
  assert.match(said(), /successful run completed/);
});
