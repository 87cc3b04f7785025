/** A script that writes into the memory it shares with the engine, past all that its library does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eightPages, withScripts } from './fixture.js';
import { until } from '../support/until.js';

/** The shape of engine/scripts/script_share.h: a header, two queues of twice the places, the places. */
const PLACES = 16_384;
const QUEUE = Math.ceil((132 + 4 * 2 * PLACES) / 64) * 64;
const ANSWERED = 64 + QUEUE;
const FIRST_PLACE = 64 + 2 * QUEUE;

/** Finds the place of its question, writes `wish`, `action` and `outcome` there, and says that it is done. */
const forging = (wish: number, action: number, outcome: number): string => `
import fs from 'node:fs';
export default { async onFault(fault, ctx) {
  const place = Buffer.alloc(128);
  for (let n = 0; n < ${PLACES}; n++) {
    const at = ${FIRST_PLACE} + 128 * n;
    fs.readSync(4, place, 0, 128, at);
    const turn = place.readBigUInt64LE(0);
    if ((turn & 0xffn) !== 1n || Number(place.readBigUInt64LE(8)) !== fault.seq) continue;
    fs.writeSync(4, Buffer.from([${wish}, ${action}, ${outcome}]), 0, 3, at + 76);
    const done = Buffer.alloc(8);
    done.writeBigUInt64LE((turn & ~0xffn) | 3n);
    fs.writeSync(4, done, 0, 8, at);
    const word = Buffer.alloc(4);
    fs.readSync(4, word, 0, 4, ${ANSWERED});
    const written = word.readUInt32LE(0);
    word.writeUInt32LE(n);
    fs.writeSync(4, word, 0, 4, ${ANSWERED} + 132 + 4 * (written % ${2 * PLACES}));
    word.writeUInt32LE(written + 1);
    fs.writeSync(4, word, 0, 4, ${ANSWERED});
    ctx.log('forged');
    const bell = Buffer.alloc(8);
    bell[0] = 1;
    fs.writeSync(6, bell);
    return new Promise(() => {});
  }
  ctx.log('found no place');
  return new Promise(() => {});
} };`;

for (const [what, wish, action, outcome] of [
  ['an action that is none', 0, 250, 0],
  ['an outcome that is none', 0, 1, 99],
  ['a wish that is none', 77, 1, 0],
] as const)
  test(`${what}: counted as a failure, the default answers`, async () => {
    await withScripts(
      [forging(wish, action, outcome)],
      async (stage) => {
        await eightPages(stage);
        assert.deepEqual(new Set(stage.bytes()), new Set(['00']));
        assert.match(stage.said(), /forged/);
        await until('it is off', () => stage.session.scripts.list()[0]!.state === 'off');
      },
      { endings: ['.mjs'] },
    );
  });
