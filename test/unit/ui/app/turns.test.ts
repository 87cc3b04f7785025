/** Keys that come in one read are taken one after the other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from '../../../../ui/app/turns.js';

/** Many turns of the loop, however slow the machine: more than anything here waits for. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

test('in order, each in a turn of its own: what one awaits is done before the next', async () => {
  const turns = new Turns();
  const done: string[] = [];
  turns.add(() => {
    done.push('a');
    void Promise.resolve().then(() => done.push('after a'));
  });
  turns.add(() => done.push('b'));
  assert.deepEqual(done, [], 'nothing at once');
  await settle();
  assert.deepEqual(done, ['a', 'after a', 'b']);
});

test('held: the rest waits until it is released', async () => {
  const turns = new Turns();
  const done: string[] = [];
  const release = turns.hold();
  turns.add(() => done.push('a'));
  await settle();
  assert.deepEqual(done, []);
  release();
  release();
  await settle();
  assert.deepEqual(done, ['a']);
});

test('cleared: what waited is never done, and an old release opens nothing', async () => {
  const turns = new Turns();
  const done: string[] = [];
  const old = turns.hold();
  turns.add(() => done.push('a'));
  turns.clear();
  const release = turns.hold();
  turns.add(() => done.push('b'));
  old();
  await settle();
  assert.deepEqual(done, []);
  release();
  await settle();
  assert.deepEqual(done, ['b']);
});
