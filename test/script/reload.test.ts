/** Saving the file loads it again, while the target faults on. */
import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { until } from '../support/until.js';
import { onFault, withScripts, type Stage } from './fixture.js';

/** Reads on and on, so that each version has something to answer. */
const READING = ['missing', '--pages', 20_000, '--pause', 5] as const;

const giving = (byte: string, more = ''): string =>
  onFault(`ctx.copy('pattern:${byte}');`, `onDetach(ctx) { ctx.log('the one that gave ${byte} parts'); }, ${more}`);

const gives = (stage: Stage, byte: string): Promise<void> =>
  until(`a page of ${byte}`, () => stage.bytes().at(-1) === byte);

const row = ({ session }: Stage) => session.scripts.list()[0]!;

test('the file is written anew: the new one answers, the old one parts, no page is lost', async () => {
  await withScripts(
    [giving('a1')],
    async (stage) => {
      await gives(stage, 'a1');
      const { pid } = row(stage);
      writeFileSync(stage.file(1), giving('a2'));
      await gives(stage, 'a2');
      assert.match(stage.said(), /was loaded again/);
      await until('its onDetach', () => stage.said().includes('the one that gave a1 parts'));
      assert.notEqual(row(stage).pid, pid, 'another process');
      await until('the end of the old one', () => !alive(pid!));
      const bytes = stage.bytes();
      const turn = bytes.indexOf('a2');
      assert.deepEqual([...new Set(bytes.slice(0, turn)), ...new Set(bytes.slice(turn))], ['a1', 'a2']);
      const { asked, answered, missed } = row(stage);
      assert.ok(asked >= bytes.length && asked - answered <= 1 && missed === 0, 'its counts go on');
    },
    { target: READING },
  );
});

test('an editor that writes another file and renames it; a file that is gone for a while', async () => {
  await withScripts(
    [giving('b1')],
    async (stage) => {
      await gives(stage, 'b1');
      writeFileSync(`${stage.file(1)}.swp`, giving('b2'));
      renameSync(`${stage.file(1)}.swp`, stage.file(1));
      await gives(stage, 'b2');
      rmSync(stage.file(1));
      const before = stage.bytes().length;
      await until('more pages', () => stage.bytes().length > before + 20);
      await gives(stage, 'b2');
      writeFileSync(stage.file(1), giving('b3'));
      await gives(stage, 'b3');
    },
    { target: READING },
  );
});

for (const [what, broken, said] of [
  ['a syntax error', 'export default { onFault( };', /s1\.ts:1:\d+: .*/],
  ['code that throws', "throw new Error('half saved');", /s1\.ts:1:7: half saved/],
  ['an onAttach that throws', "export default { onAttach() { throw new Error('not me'); } };", /not me/],
  ['an endless loop while it loads', 'while (true);', /did not finish loading within 10 s/],
] as const)
  test(`${what}: the one before it goes on, and it is said; the next good one is taken`, async () => {
    await withScripts(
      [giving('c1')],
      async (stage) => {
        await gives(stage, 'c1');
        const { pid } = row(stage);
        writeFileSync(stage.file(1), broken);
        await until('what is wrong', () => /did not load again, the one before it goes on: /.test(stage.said()));
        assert.match(stage.said(), said);
        const before = stage.bytes().length;
        await until('more pages', () => stage.bytes().length > before + 5);
        assert.deepEqual([row(stage).state, row(stage).pid], ['on', pid]);
        writeFileSync(stage.file(1), giving('c2'));
        await gives(stage, 'c2');
        assert.deepEqual(new Set(stage.bytes()), new Set(['c1', 'c2']), 'the default was never needed');
      },
      { target: READING },
    );
  });

test('one that never loaded is tried again when it is saved', async () => {
  await withScripts(
    ['export default { onFault( };'],
    async (stage) => {
      assert.equal(row(stage).state, 'failed');
      await gives(stage, '00');
      writeFileSync(stage.file(1), giving('d1'));
      await gives(stage, 'd1');
      assert.deepEqual([row(stage).state, row(stage).why], ['on', '']);
    },
    { target: READING },
  );
});

test('one that was switched off, for it hung, is tried again when it is saved', async () => {
  await withScripts(
    [onFault('while (true);')],
    async (stage) => {
      await until('off', () => row(stage).state === 'off');
      writeFileSync(stage.file(1), giving('e1'));
      await gives(stage, 'e1');
      assert.equal(row(stage).state, 'on');
    },
    { target: READING, scriptDeadline: 200 },
  );
});

test('a name, a filter and commands of the new one count', async () => {
  await withScripts(
    [giving('f1', "name: 'first',")],
    async (stage) => {
      await gives(stage, 'f1');
      assert.equal(row(stage).name, 'first');
      const more = "name: 'second', filter: 'off in 0+1G', commands: { hello: () => 'there' },";
      writeFileSync(stage.file(1), giving('f2', more));
      await gives(stage, 'f2');
      assert.deepEqual([row(stage).name, row(stage).filter], ['second', 'off in 0+1G']);
      assert.equal(await stage.session.scripts.run(row(stage).id, 'hello'), 'there');
    },
    { target: READING },
  );
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
