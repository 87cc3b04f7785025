/** Recordings whose checksums are right and whose items are not: every moment can be looked at, and nothing breaks. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { UffdscopeError } from '../../../native/session/errors.js';
import { openRecording } from '../../../native/session/recording/index.js';
import { block, description, faultRecord, fileHeader, folder, item, logRecord, rangeRecord } from '../../fixtures/recording.js'; // prettier-ignore
import { generator, make } from './playback-model.js';

async function look(bytes: Buffer): Promise<string> {
  using place = folder();
  const path = place.file('odd.uffdrec');
  writeFileSync(path, bytes);
  let session;
  try {
    session = await openRecording(path);
  } catch (error) {
    assert.ok(error instanceof UffdscopeError && error.code === 'RECORDING', String(error));
    return error.message;
  }
  await using all = session;
  const { from, to } = all;
  for (const t of [to, from, (from + to) / 2, -1, Number.MAX_VALUE, from + 1]) {
    all.seek(t);
    const snapshot = all.snapshot();
    assert.ok(snapshot.now >= from && snapshot.now <= to);
    const seqs = all.faults.select((f) => f.seq > 0 && f.off >= -1 && f.rangeName !== undefined && f.age >= 0);
    assert.equal(seqs.length, snapshot.faults, 'every fault of the moment can be read');
    for (const seq of seqs.slice(-20)) {
      const fault = all.faults.row(seq)!;
      assert.ok(fault.age >= 0 && (fault.latency ?? 0) >= 0);
      await all.preview(seq);
      all.momentsOf(seq);
    }
    assert.ok(all.faults.waiting().length <= snapshot.faults);
    for (const range of all.ranges()) await all.pageMap(range.id, 50);
    all.events(1, 100);
    all.rules.list();
    await all.statistics(3);
    all.next(1);
    all.next(-1);
  }
  return all.snapshot().notice;
}

const recording = (...items: Buffer[]): Buffer =>
  Buffer.concat([fileHeader(), description(), block(2, Buffer.concat(items))]);

test('bytes of items changed at random', async () => {
  const sound = make(11, 60).bytes;
  const random = generator(5);
  const head = fileHeader().length + description().length;
  // What stands in the blocks is taken out, changed, and put under a new checksum.
  const payload = sound.subarray(head + 32);
  for (let round = 0; round < 150; round++) {
    const changed = Buffer.from(payload.subarray(0, payload.length - random(3) * 40));
    for (let n = 1 + random(30); n > 0; n--) changed[random(changed.length)] = random(256);
    await look(Buffer.concat([fileHeader(), description(), block(2, changed)]));
  }
});

test('cut at any place', async () => {
  const sound = make(12, 40).bytes;
  const random = generator(6);
  for (let round = 0; round < 60; round++) await look(sound.subarray(0, random(sound.length)));
});

test('times and numbers at the ends of what can be written', async () => {
  const huge = BigInt(2) ** 53n - 1n;
  const at = (offset: number, value: bigint) => (b: Buffer) => void b.writeBigUInt64LE(value, offset);
  const notice = await look(
    recording(
      item(1, faultRecord(1)),
      item(1, faultRecord(2, at(8, huge))), // read at the end of time
      item(1, faultRecord(3, at(16, 1n))), // answered before it was read
      item(1, faultRecord(2)), // its number goes back, to one that is known
      item(2, faultRecord(2 ** 52)), // millions lost between
      item(1, faultRecord(5)), // its number goes back
      item(3, logRecord(1, { t: 2 ** 53 - 1, type: 2, seq: 2 ** 52, c: 1 })),
      item(3, logRecord(2, { t: 0, type: 4, seq: 2 ** 52, a: 99 })),
      item(3, logRecord(3, { t: 5, type: 999, seq: 1 })),
      item(3, logRecord(4, { t: 5, type: 32, a: 77, b: 77 })),
    ),
  );
  assert.match(notice, /A fault whose number goes back is left out/);
});

test('ranges that overlap, move, come twice, go before they came, and are larger than any memory', async () => {
  const odd: Buffer[] = [];
  for (let i = 0; i < 2000; i++) odd.push(item(5, rangeRecord(1_000_000 + i, i % 7, 4096 * (i + 1), 4096, `r${i}`)));
  const gone = Buffer.alloc(16);
  gone.writeUInt32LE(3, 8);
  await look(
    recording(
      item(6, gone),
      item(5, rangeRecord(2 ** 40, 1, 4096, 2 ** 52, 'all')),
      ...odd,
      item(6, gone),
      item(6, gone),
      item(
        1,
        faultRecord(1, (b) => void b.writeUInt32LE(1, 64)),
      ),
      item(
        1,
        faultRecord(2, (b) => void b.writeUInt32LE(77, 64)),
      ),
    ),
  );
});

test('rules that are none, and pages that belong to nothing', async () => {
  const change = (rules: unknown) => item(8, Buffer.from(JSON.stringify({ rules })));
  const page = Buffer.alloc(20);
  page.writeBigUInt64LE(1n, 0);
  page.writeBigUInt64LE(2n ** 63n, 8);
  const copied = faultRecord(1, (b) => void (b[86] = 1));
  await look(
    recording(
      change([{ id: 1, text: 'nonsense here', on: true }, { id: 2, text: 'off>=4k: zero' }, 7, null]),
      change('no list'),
      item(8, Buffer.from('{')),
      item(9, page),
      item(1, copied),
      item(9, page.subarray(0, 16)),
    ),
  );
});
