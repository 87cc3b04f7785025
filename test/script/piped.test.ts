/** What an operator holds may be given to a script by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/until.js';
import { onFault, withScripts, type Stage } from './fixture.js';

const held = (stage: Stage): Promise<void> => until('a fault is held', () => stage.session.snapshot().held === 1);
const pipe = (stage: Stage, script: string): ReturnType<Stage['session']['perform']> =>
  stage.session.perform({ verb: 'script', script }, stage.session.faults.waiting());

test('it answers, and the record names it', async () => {
  await withScripts(
    [onFault("ctx.copy('pattern:ab');", "name: 'by-hand',")],
    async (stage) => {
      await held(stage);
      assert.equal(stage.session.scripts.list()[0]!.asked, 0, 'what is held is the operator’s');
      assert.deepEqual(await pipe(stage, 'by-hand'), [{ seq: 1, ok: true, message: 'Fault 1 is answered.' }]);
      assert.equal(stage.fault(1).by, 'script:by-hand');
      await until('its bytes', () => stage.bytes()[0] === 'ab');
      assert.ok(stage.session.scripts.list()[0]!.median! > 0);
    },
    { hold: null },
  );
});

for (const [what, answer] of [
  ['gives none', ''],
  ['throws', "throw new Error('no');"],
  ['is late', 'return ctx.sleep(60_000);'],
] as const)
  test(`one that ${what}: the fault is held as before, whatever the default is`, async () => {
    await withScripts(
      [onFault(answer, "name: 'by-hand',")],
      async (stage) => {
        await held(stage);
        const [outcome] = await pipe(stage, 'by-hand');
        assert.deepEqual(outcome, { seq: 1, ok: false, message: 'Fault 1 got no answer of the script: it is held.' });
        assert.deepEqual([stage.fault(1).state, stage.fault(1).by], ['held', null]);
        assert.equal((await stage.session.perform({ verb: 'zero' }, [1]))[0]!.ok, true);
        await until('it goes on', () => stage.bytes()[0] === '00');
      },
      { hold: null, scriptDeadline: 200 },
    );
  });

test('hold and delay of a script are answers, too', async () => {
  await withScripts(
    [onFault("return fault.seq === 1 ? 'hold' : { action: 'delay', ms: 1 };", "name: 'by-hand',")],
    async (stage) => {
      await held(stage);
      assert.match((await pipe(stage, 'by-hand'))[0]!.message, /is held by the script/);
      assert.equal(stage.fault(1).by, 'script:by-hand');
      await stage.session.perform({ verb: 'zero' }, [1]);
      await until('the second', () => stage.session.faults.waiting()[0] === 2);
      assert.match((await pipe(stage, 'by-hand'))[0]!.message, /is delayed by the script/);
      await until('answered after its time', () => stage.bytes().length === 2);
    },
    { hold: null },
  );
});

test('release in the middle: it is handed back, and the request ends', async () => {
  await withScripts(
    [onFault('return ctx.sleep(60_000);', "name: 'by-hand',")],
    async (stage) => {
      await held(stage);
      const asked = pipe(stage, 'by-hand');
      await until('it is asked', () => stage.fault(1).state === 'scripted');
      await stage.session.detach();
      assert.match((await asked)[0]!.message, /was handed back/);
    },
    { hold: null, scriptDeadline: 60_000 },
  );
});

test('no such script, one that is off, one without onFault', async () => {
  await withScripts(
    [onFault('ctx.zero();', "name: 'a',"), "export default { name: 'b', onTick() {} };"],
    async (stage) => {
      await held(stage);
      assert.match((await pipe(stage, 'c'))[0]!.message, /No script c is on/);
      assert.match((await pipe(stage, 'b'))[0]!.message, /no onFault/);
      await stage.session.scripts.switch(1, false);
      assert.match((await pipe(stage, 'a'))[0]!.message, /No script a is on/);
      assert.equal(stage.fault(1).state, 'held');
    },
    { hold: null },
  );
});
