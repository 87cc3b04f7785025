import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { eventLines } from '../../bin/output/event-lines.js';
import { CSV_COLUMNS } from '../../bin/output/event-csv.js';
import type { FaultLine, SessionRecord } from '../../native/session/records.js';

const FAULT: FaultLine = {
  type: 'fault',
  t: 1_234_567,
  seq: 1,
  pid: 501,
  tid: 507,
  kind: 'missing',
  access: 'write',
  address: 0x7f0000003010,
  page: 0x7f0000003000,
  pageSize: 4096,
  range: 'heap+0x3000',
};

const RECORDS: readonly SessionRecord[] = [
  { type: 'attach', t: 0, time: '2026-11-22T19:00:00.000Z', pid: 501, how: 'join', ino: 7, version: '0.1.0', seed: 1 },
  { type: 'register', t: 0, pid: 501, start: 0x1000, end: 0x3000, modes: ['missing', 'wp'], name: 'anon[0]' },
  FAULT,
  { ...FAULT, tid: null, range: null },
  {
    type: 'resolve',
    t: 2e6,
    seq: 1,
    action: 'zero',
    bytes: 4096,
    latency: 13_710,
    by: 'rule:7',
    errno: null,
    readAt: 1,
    answeredAt: 2,
    resumedAt: null,
  },
  { type: 'decide', t: 3, seq: 1, action: 'delay', by: 'operator', until: 99 },
  { type: 'fork', t: 3, pid: 501, child: 502 },
  { type: 'exec', t: 3, pid: 501 },
  { type: 'exit', t: 3, pid: 501, code: null },
  { type: 'remap', t: 3, pid: 501, from: 0x1000, to: 0x2000, length: 4096 },
  { type: 'remove', t: 3, pid: 501, start: 0x1000, end: 0x2000 },
  { type: 'unmap', t: 3, pid: 501, start: 0x1000, end: 0x2000 },
  { type: 'lost', t: 3, count: 12 },
  { type: 'skipped', t: 3, pages: 2, reason: 'pinned' },
  { type: 'note', t: 3, text: 'armed, handler none' },
  {
    type: 'summary',
    t: 9,
    faults: 2,
    resolved: 2,
    failed: 0,
    handedBack: 0,
    byAction: { zero: 1, copy: 1 },
    latency: { p50: 1, p99: 2, max: 3 },
    seed: 7,
    rules: [{ id: 1, text: 'off<4k: zero', matched: 1, acted: 1 }],
  },
  { type: 'detach', t: 9, pid: 501, released: 0, restored: 0 },
];

const ADDRESSES = new Set(['address', 'page', 'start', 'end', 'from', 'to']);

/** The record as JSON must show it: the same fields in the same order, addresses as hex strings. */
function asJson(record: SessionRecord): unknown {
  const entries = Object.entries(record).map(([key, value]) => [
    key,
    ADDRESSES.has(key) ? `0x${(value as number).toString(16)}` : value,
  ]);
  const object = Object.fromEntries(entries) as Record<string, unknown>;
  return record.type === 'attach' ? { type: 'attach', schema: 'uffdscope.trace/1', ...object } : object;
}

test('jsonl: every record is one line of JSON with exactly its fields', () => {
  const { header, line } = eventLines('jsonl');
  assert.equal(header, '');
  for (const record of RECORDS) {
    const text = line(record);
    assert.equal(text.indexOf('\n'), text.length - 1, record.type);
    assert.deepEqual(JSON.parse(text), asJson(record), record.type);
  }
});

test('jsonl: the order of fields is that of the contract', () => {
  assert.equal(
    eventLines('jsonl').line(FAULT),
    '{"type":"fault","t":1234567,"seq":1,"pid":501,"tid":507,"kind":"missing","access":"write","address":"0x7f0000003010","page":"0x7f0000003000","pageSize":4096,"range":"heap+0x3000"}\n',
  );
});

test('any name: exact in jsonl, one line in every form, and no byte that steers a terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (name) => {
      const record: SessionRecord = { ...FAULT, range: name };
      assert.equal((JSON.parse(eventLines('jsonl').line(record)) as { range: string }).range, name);
      for (const format of ['text', 'jsonl', 'csv'] as const) {
        const text = eventLines(format).line(record);
        // eslint-disable-next-line no-control-regex
        assert.doesNotMatch(text.slice(0, -1), /[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/, format);
        assert.ok(text.endsWith('\n'));
      }
    }),
  );
});

test('csv: one header, as many cells in every line, addresses in hex, quotes where they must be', () => {
  const { header, line } = eventLines('csv');
  assert.equal(header, `${CSV_COLUMNS.join(',')}\n`);
  for (const record of RECORDS) {
    const cells = splitCsv(line(record).trimEnd());
    assert.equal(cells.length, CSV_COLUMNS.length, record.type);
    assert.equal(cells[0], record.type);
    for (const key of Object.keys(record)) {
      if (key !== 'latency') assert.ok(CSV_COLUMNS.includes(key as never), `${record.type}.${key} has a column`);
    }
  }
  const cell = (record: SessionRecord, column: (typeof CSV_COLUMNS)[number]) =>
    splitCsv(line(record).trimEnd())[CSV_COLUMNS.indexOf(column)];
  assert.equal(cell(FAULT, 'address'), '0x7f0000003010');
  assert.equal(cell({ ...FAULT, range: 'a,"b"' }, 'range'), 'a,"b"');
  assert.equal(cell({ ...FAULT, range: '=1+1' }, 'range'), "'=1+1", 'no spreadsheet runs it');
  assert.equal(cell({ ...FAULT, tid: null }, 'tid'), '');
});

function splitCsv(text: string): string[] {
  return [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!,
  );
}

test('text: what a person reads', () => {
  const { line } = eventLines('text');
  assert.equal(line(FAULT), '    0.001235  fault    #1 missing write 0x7f0000003010 heap+0x3000 thread 507 of 501\n');
  assert.match(line({ ...FAULT, tid: null }), / an unknown thread of 501$/m);
  assert.match(line({ ...FAULT, tid: null, pid: null }), / an unknown thread of a forked child$/m);
  assert.match(line(RECORDS[4]!), /zero {5}#1 4 KiB after 13\.7 µs by rule:7/);
  for (const record of RECORDS) assert.doesNotMatch(line(record), /undefined|null|NaN|\[object/, record.type);
});

test('jsonl keeps up with 100,000 lines a second', (t) => {
  const { line } = eventLines('jsonl');
  const count = 200_000;
  let bytes = 0;
  const start = performance.now();
  for (let seq = 0; seq < count; seq++) bytes += line({ ...FAULT, seq, address: FAULT.address + seq }).length;
  const perSecond = (count / (performance.now() - start)) * 1000;
  t.diagnostic(`${Math.round(perSecond)} lines/s, ${bytes} bytes`);
  assert.ok(perSecond > 100_000, `${perSecond} lines/s`);
});
