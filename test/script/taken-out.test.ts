/** Scripts that go while others stay: taken out by hand, or ended while a command of another still runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/until.js';
import { eightPages, onFault, withScripts } from './fixture.js';

test('taken out: its onDetach runs, its process ends, the next one answers, and its name stays in records', async () => {
  const first = onFault(
    "if (fault.seq > 2) return; ctx.copy('pattern:aa');",
    "name: 'first', onDetach(ctx) { ctx.log('good bye'); },",
  );
  await withScripts(
    [first, onFault("ctx.copy('pattern:bb');", "name: 'second',")],
    async (stage) => {
      stage.target.say('\n');
      await until('the first answered', () => stage.bytes().length >= 1);
      const { pid } = stage.session.scripts.list()[0]!;
      await stage.session.scripts.remove(1);
      assert.deepEqual(
        stage.session.scripts.list().map(({ name }) => name),
        ['second'],
      );
      await eightPages(stage);
      assert.equal(stage.bytes().at(-1), 'bb');
      await until('its last words', () => /script first: good bye/.test(stage.said()));
      await until('its process has ended', () => !alive(pid!));
      assert.equal(stage.fault(1).by, 'script:first');
      assert.throws(() => void stage.session.scripts.reload(1), /There is no script 1/);
    },
    { target: ['missing', '--pages', 8, '--wait'] },
  );
});

test('a command still ends as it should when another script goes', async () => {
  const slow = `export default { name: 'slow', commands: { wait: async (ctx) => { await ctx.sleep(1500); return 'done'; } } };`;
  const short = `export default { name: 'short', commands: { end: () => process.exit(3) } };`;
  await withScripts([slow, short], async ({ session }) => {
    const waits = session.scripts.run(1, 'wait');
    await assert.rejects(session.scripts.run(2, 'end'), /the script has ended: it ended by itself with status 3/);
    assert.equal(await waits, 'done');
  });
});

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
