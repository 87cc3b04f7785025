/** Recordings that somebody made to mislead: one clear error, or what is sound of them and a word about the rest. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { UffdscopeError } from '../../../native/session/errors.js';
import { crc32c } from '../../../native/session/recording/crc32c.js';
import { ITEM } from '../../../native/session/recording/format.js';
import { FileRecords, Recording } from '../../../native/session/recording/index.js';
import { replayPlan } from '../../../native/session/recording/replay-plan.js';
import { block, description, faultRecord, fileHeader, folder, item, rangeRecord } from '../../fixtures/recording.js';

function read(path: string) {
  using recording = new Recording(path);
  const records = new FileRecords(recording);
  const all = [...records.all()];
  return { all, damage: records.damage, types: all.map((r) => r.type) };
}

function put(...parts: Buffer[]): ReturnType<typeof read> {
  using place = folder();
  const path = place.file('a.uffdrec');
  writeFileSync(path, Buffer.concat(parts));
  return read(path);
}

const refusedFor = (sentence: RegExp) => (e: unknown) =>
  e instanceof UffdscopeError && e.code === 'RECORDING' && sentence.test(e.message);

test('the checksum is the one that is published', () => {
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
});

test('what is no recording, or comes from a newer version, is said in one sentence', () => {
  using place = folder();
  const write = (name: string, bytes: Buffer) => {
    writeFileSync(place.file(name), bytes);
    return place.file(name);
  };
  assert.throws(() => read(place.file('none')), refusedFor(/does not exist/));
  assert.throws(() => read(write('empty', Buffer.alloc(0))), refusedFor(/is no recording/));
  assert.throws(() => read(write('text', Buffer.from('hello, this is a text'))), refusedFor(/is no recording/));
  assert.throws(() => read(write('new', fileHeader({ version: 2 }))), refusedFor(/format 2.*reads up to 1/));
  assert.throws(() => read(write('old', fileHeader({ version: 0 }))), refusedFor(/damaged/));
  assert.throws(() => read(write('short', fileHeader().subarray(0, 40))), refusedFor(/first bytes are damaged/));
  assert.throws(() => read(write('alone', fileHeader())), refusedFor(/description is missing or damaged/));
  mkdirSync(place.file('folder'));
  assert.throws(() => read(place.file('folder')), refusedFor(/no regular file|cannot be read/));
});

test('a link to a file is read, for who reads may', () => {
  using place = folder();
  writeFileSync(place.file('a'), Buffer.concat([fileHeader(), description()]));
  symlinkSync(place.file('a'), place.file('b'));
  assert.equal(read(place.file('b')).types[0], 'attach');
});

test('sizes that reach beyond block or file are not believed', () => {
  const beyondFile = put(fileHeader(), description(), block(2, item(1, faultRecord(1)), 2 ** 31));
  assert.match(beyondFile.damage.join(), /its end is missing or damaged/);
  const beyondBlock = put(fileHeader(), description(), block(2, item(1, faultRecord(1), 0xffffffff)));
  assert.match(beyondBlock.damage.join(), /longer than its block/);
  const short = put(fileHeader(), description(), block(2, item(1, Buffer.alloc(8))));
  assert.match(short.damage.join(), /makes no sense/);
});

test('numbers that name nothing are left out, and what stands beside them is read', () => {
  const odd = [
    (b: Buffer) => (b[83] = 9),
    (b: Buffer) => (b[86] = 200),
    (b: Buffer) => (b[82] = 63),
    (b: Buffer) => b.writeInt32LE(-5, 72),
    (b: Buffer) => b.writeBigUInt64LE(2n ** 63n, 8),
    (b: Buffer) => b.writeBigUInt64LE(0n, 0),
  ];
  const faults = odd.map((change) => item(1, faultRecord(1, change)));
  const { damage, types } = put(
    fileHeader(),
    description(),
    block(2, Buffer.concat([...faults, item(77, Buffer.from('unknown')), item(1, faultRecord(2))])),
  );
  assert.equal(damage.length, odd.length);
  assert.equal(types.filter((t) => t === 'fault').length, 1);
});

test('a description or a trailer of other types counts as unknown', () => {
  const odd = { target: [], rules: { length: 9 ** 9 }, seed: 'x', how: 'magic', time: 5, uffd: { features: [{}] } };
  const { all } = put(fileHeader(), description(odd), block(3, Buffer.from('{"summary":{"rules":[7],"byAction":[]}}')));
  assert.deepEqual(
    all.map((r) => r.type),
    ['attach', 'summary', 'detach'],
  );
  const unread = put(fileHeader(), description(), block(3, Buffer.from('no JSON')));
  assert.match(JSON.stringify(unread.all.at(-1)), /did not come to an end/);
});

test('numbers of the description that count nothing are 0 wherever they are shown', () => {
  using place = folder();
  const odd = { target: { pid: -1.5 }, seed: 1.5e300, uffd: { ino: -7, fd: 2.5 }, maxHold: -3, granularity: 0.5 };
  writeFileSync(place.file('a'), Buffer.concat([fileHeader(), description(odd)]));
  using recording = new Recording(place.file('a'));
  const { target, seed, uffd, maxHold, granularity } = recording.description;
  assert.deepEqual([target.pid, seed, uffd.ino, uffd.fd, maxHold, granularity], [0, 0, 0, 0, 0, 0]);
});

test('a time of the description may have a fraction', () => {
  using place = folder();
  writeFileSync(place.file('a'), Buffer.concat([fileHeader(), description({ maxHold: 0.25 })]));
  using recording = new Recording(place.file('a'));
  assert.equal(recording.description.maxHold, 0.25);
});

test('more decisions than can be replayed are refused, with what to do', () => {
  using place = folder();
  const range = item(ITEM.range, rangeRecord(1_000_000, 0, 0x7f0000000000, 1 << 20, 'heap'));
  const known = (seq: number): Buffer =>
    item(
      1,
      faultRecord(seq, (b) => b.writeUInt32LE(0, 64)),
    );
  const faults = [1, 2, 3].map(known);
  writeFileSync(
    place.file('a'),
    Buffer.concat([fileHeader(), description(), block(2, Buffer.concat([range, ...faults]))]),
  );
  using recording = new Recording(place.file('a'));
  assert.ok(replayPlan(recording, 3).count > 0);
  assert.throws(
    () => replayPlan(recording, 2),
    (e: unknown) =>
      refusedFor(/holds more than 2 decisions/)(e) && (e as UffdscopeError).hint === 'Record a shorter run.',
  );
});

test('blocks at every place that are none cost no more than a few readings of the file', () => {
  const bait = Buffer.alloc(4 << 20);
  for (let at = 0; at + 32 <= bait.length; at += 32) {
    bait.write('BLK1', at, 'latin1');
    bait.writeUInt32LE(2, at + 4);
    bait.writeUInt32LE(Math.max(0, bait.length - at - 32), at + 8);
  }
  const began = performance.now();
  const { damage } = put(fileHeader(), description(), bait);
  assert.match(damage.join(), /left out/);
  assert.ok(performance.now() - began < 20_000, 'in bounded time');
});
