/** The trace that ui.perfetto.dev opens: held to the grammar of Chrome's JSON format. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { FileRecords, Recording } from '../../../native/session/recording/index.js';
import { perfettoTrace } from '../../../native/session/recording/perfetto.js';
import { ITEM } from '../../../native/session/recording/format.js';
import { LOG_TYPES } from '../../../native/session/record-layout.js';
import {
  block,
  description,
  faultRecord,
  fileHeader,
  folder,
  item,
  logRecord,
  rangeRecord,
} from '../../fixtures/recording.js';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly id?: string;
  readonly s?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

function traceOf(...items: Buffer[]): TraceEvent[] {
  using place = folder();
  writeFileSync(
    place.file('a'),
    Buffer.concat([
      fileHeader(),
      description({ target: { pid: 5, comm: '\u001b]0;x' } }),
      block(2, Buffer.concat(items)),
    ]),
  );
  using recording = new Recording(place.file('a'));
  const text = [...perfettoTrace(recording, new FileRecords(recording))].join('');
  return (JSON.parse(text) as { traceEvents: TraceEvent[] }).traceEvents;
}

/** A fault of this thread, read and answered so many µs after the session began. */
const fault = (seq: number, tid: number, read: number, answered: number): Buffer =>
  item(
    1,
    faultRecord(seq, (b) => {
      b.writeBigUInt64LE(BigInt(1_000_000 + read * 1000), 8);
      b.writeBigUInt64LE(BigInt(1_000_000 + answered * 1000), 16);
      b.writeUInt32LE(tid, 60);
    }),
  );

const thread = (pid: number, tid: number, name: string): Buffer => {
  const b = Buffer.alloc(24);
  b.writeUInt32LE(pid, 0);
  b.writeUInt32LE(tid, 4);
  b.write(name, 8);
  return item(7, b);
};

function checkGrammar(events: readonly TraceEvent[]): void {
  const open = new Set<string>();
  const ends = new Map<number, number>();
  for (const e of events) {
    assert.ok(Number.isInteger(e.pid) && Number.isInteger(e.tid) && typeof e.name === 'string');
    assert.match(e.ph, /^[MXibe]$/);
    if (e.ph === 'M') {
      assert.equal(typeof e.args!['name'], 'string');
      continue;
    }
    assert.ok(Number.isFinite(e.ts) && e.ts! >= 0);
    if (e.ph === 'i') assert.match(e.s!, /^[gpt]$/);
    if (e.ph === 'X') {
      assert.ok(e.dur! >= 0);
      assert.ok(e.ts! >= (ends.get(e.tid) ?? 0), 'spans of one track lie one behind the other');
      ends.set(e.tid, e.ts! + e.dur!);
    }
    if (e.ph === 'b') open.add(e.id!);
    if (e.ph === 'e') assert.ok(open.delete(e.id!));
  }
  assert.equal(open.size, 0);
}

test('a fault is a span on the track of its thread, with what was done', () => {
  const events = traceOf(thread(5, 6, 'worker'), fault(1, 6, 10, 35), fault(2, 6, 50, 51.5));
  checkGrammar(events);
  assert.deepEqual(
    events.filter((e) => e.ph === 'M').map((e) => [e.name, e.tid, e.args!['name']]),
    [
      ['process_name', 5, '␛]0;x'],
      ['thread_name', 6, 'worker 6'],
    ],
  );
  const spans = events.filter((e) => e.ph === 'X');
  assert.deepEqual(
    spans.map((e) => [e.ts, e.dur]),
    [
      [10, 25],
      [50, 1.5],
    ],
  );
  assert.deepEqual(spans[0]!.args, {
    ...{ seq: 1, kind: 'missing', access: 'read', address: '0x7f0000001000', range: null },
    ...{ action: 'zero', by: 'default', errno: null },
  });
});

test('spans that would cross stand beside the track; one that waits at the end is shown as long as it did', () => {
  const waits = item(
    2,
    faultRecord(4, (b) => {
      b.writeBigUInt64LE(1_020_000n, 8);
      b.writeBigUInt64LE(0n, 16);
      b.writeUInt32LE(8, 60);
    }),
  );
  const events = traceOf(fault(1, 6, 10, 30), fault(2, 6, 20, 40), fault(3, 0, 20, 60), waits);
  checkGrammar(events);
  assert.deepEqual(
    events.filter((e) => e.ph === 'b').map((e) => [e.id, e.ts]),
    [
      ['2', 20],
      ['3', 20],
    ],
  );
  const last = events.find((e) => e.args?.['seq'] === 4)!;
  assert.deepEqual([last.name, last.ts, last.dur], ['missing (waits)', 20, 40]);
});

test('addresses of events are written as those of faults are; lengths are numbers', () => {
  const at = 0x7f0000000000;
  const event = (index: number, type: number, a: number, b: number, c = 0): Buffer =>
    item(ITEM.log, logRecord(index, { t: 1_000_000 + index, type, a, b, c, pid: 5 }));
  const events = traceOf(
    item(ITEM.range, rangeRecord(1_000_000, 0, at, 8192, 'heap')),
    event(1, LOG_TYPES.remap, at, at + 8192, 4096),
    event(2, LOG_TYPES.remove, at, at + 4096),
    event(3, LOG_TYPES.unmap, at, at + 4096),
  );
  checkGrammar(events);
  const args = (name: string) => events.find((e) => e.ph === 'i' && e.name === name)!.args!;
  assert.deepEqual([args('register')['start'], args('register')['end']], ['0x7f0000000000', '0x7f0000002000']);
  const { from, to, length } = args('remap');
  assert.deepEqual([from, to, length], ['0x7f0000000000', '0x7f0000002000', 4096]);
  for (const name of ['remove', 'unmap'])
    assert.deepEqual([args(name)['start'], args(name)['end']], ['0x7f0000000000', '0x7f0000001000'], name);
});
