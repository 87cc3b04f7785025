/** Programs that we did not write, while one fault in a hundred comes late and one in ten goes back to their handler. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach, summarize, type NativeJoin, type Summary } from '../../native/session/index.js';
import { endsRight, startPostcopy } from '../fixtures/postcopy.js';
import { startStressor } from '../fixtures/stress-ng.js';
import { sleep, until } from '../support/until.js';

const LATE = 'prob=1%: delay=5ms';
const BACK = 'prob=10%: pass';
const RULES = [LATE, BACK];

/** Each fault is in one place, and each answer is somebody's. */
function addsUp({ faults, resolved, handedBack, ended, waiting, byAnswer, byKind, failed }: Summary): void {
  const all = JSON.stringify({ faults, resolved, handedBack, ended, waiting, failed, byAnswer, byKind });
  const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
  assert.equal(resolved + handedBack + ended + waiting, faults, all);
  assert.equal(sum(byAnswer.map(({ answers }) => answers)), resolved, all);
  assert.equal(sum(byKind.map((kind) => kind.faults)), faults, all);
}

/** `share` of what the rule was asked about, as far as chance goes in so few. Gives how many. */
function decided({ rules }: Summary, text: string, share: number): number {
  const { matched, acted } = rules.find((rule) => rule.text === text)!;
  const spread = 6 * Math.sqrt(matched * share * (1 - share)) + 3;
  assert.ok(Math.abs(acted - matched * share) < spread, `${text}: ${acted} of ${matched}`);
  return acted;
}

const byRule = (summary: Summary, wanted: string): number =>
  summary.byAnswer.find(({ action, by }) => action === wanted && by === 'rule')?.answers ?? 0;

async function leave(session: NativeJoin): Promise<Summary> {
  await session.detach();
  return summarize(session);
}

test('stress-ng: it verifies its memory and ends well, and the counts add up', { timeout: 120_000 }, async (t) => {
  const { pid, ino, exit, said } = await startStressor(10, ['--verify']);
  const session = await attach({ pid, uffd: { ino }, defaultAnswer: 'zero', rules: RULES, seed: 5 });
  // It ends by its own clock, and we leave before.
  for (const end = performance.now() + 7000; session.snapshot().faults < 20_000 && performance.now() < end;)
    await sleep(20);
  const summary = await leave(session);
  assert.equal(await exit, 0, said());
  assert.match(said(), /successful run completed/);
  addsUp(summary);
  if (decided(summary, LATE, 0.01) > 0) assert.ok(summary.latency!.max >= 5e6, 'it came late');
  assert.equal(byRule(summary, 'pass'), decided(summary, BACK, 0.1));
  t.diagnostic(JSON.stringify({ faults: summary.faults, byAnswer: summary.byAnswer, latency: summary.latency }));
  assert.equal(summary.failed, 0);
  assert.ok(summary.faults > 100, `${summary.faults} faults`);
});

test(
  'QEMU in post-copy: the guest runs on with every page right, and the counts add up',
  { timeout: 240_000 },
  async (t) => {
    await using vms = await startPostcopy({ bandwidth: 8 * 2 ** 20 });
    await vms.switchOver();
    const session = await attach({ pid: vms.destination, defaultAnswer: 'pass', rules: RULES, seed: 5 });
    // Its handler, frozen in its poll, does not hear either that the migration is to end: we leave first.
    await until('all its memory', () => vms.printed().includes('.'), 120_000);
    const summary = await leave(session);
    await endsRight(vms);
    addsUp(summary);
    decided(summary, LATE, 0.01);
    assert.ok(byRule(summary, 'pass') <= decided(summary, BACK, 0.1)); // QEMU may fill one that waits to go back
    t.diagnostic(JSON.stringify({ faults: summary.faults, byAnswer: summary.byAnswer, latency: summary.latency }));
    assert.equal(summary.failed, 0);
    assert.ok(summary.faults > 20, `${summary.faults} faults`);
  },
);
