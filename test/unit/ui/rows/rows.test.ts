/** What each part of the screen looks like, without a terminal: exact rows at exact widths. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { age, clock, count, duration, percent, rate, size } from '../../../../ui/rows/format.js';
import { faultColumns, faultRows } from '../../../../ui/rows/faults.js';
import { footerRow, frameRows } from '../../../../ui/rows/frame.js';
import { headerRow } from '../../../../ui/rows/header.js';
import { hexdumpRows, byteColumn } from '../../../../ui/rows/hexdump.js';
import { hintBar } from '../../../../ui/rows/hints.js';
import { pageMapRows } from '../../../../ui/rows/page-map.js';
import { barChart, sparkline } from '../../../../ui/rows/sparkline.js';
import { Paint } from '../../../../ui/screen/paint.js';
import { MemorySession } from '../../../tui/memory-session.js';

const paint = new Paint('dumb', false);
const ascii = new Paint('dumb', true);

test('numbers in few cells', () => {
  assert.deepEqual([850, 38_000, 4.2e6, 999.9e6, 1.2e9, 725e9, 3 * 3600e9 + 7 * 60e9].map((ns) => duration(ns)), ['850ns', '38µs', '4.2ms', '1.0s', '1.2s', '12m05s', '3h07m']); // prettier-ignore
  assert.deepEqual(
    [0, 4.29e9, 59.9e9, 60e9].map((ns) => age(ns)),
    ['0.0s', '4.2s', '59s', '1m00s'],
  );
  assert.deepEqual(
    [0, 12.0714e9, 3723e9].map((ns) => clock(ns)),
    ['00.000', '12.071', '1:02:03'],
  );
  assert.deepEqual(
    [0, 4096, 1536 * 1024, 512 << 20].map((n) => size(n)),
    ['0 B', '4 K', '1.5 M', '512 M'],
  );
  assert.deepEqual(
    [0, 999, 5026, 1_000_000].map((n) => count(n)),
    ['0', '999', '5,026', '1,000,000'],
  );
  assert.deepEqual(
    [0, 0.5, 182, 1234, 46_000, 1.3e6].map((n) => rate(n)),
    ['0', '0.5', '182', '1.2k', '46k', '1.3M'],
  );
  assert.deepEqual(
    [0, 0.001, 0.38, 0.999, 1].map((n) => percent(n)),
    ['0%', '<1%', '38%', '99%', '100%'],
  );
});

test('a sparkline: zero is lowest, the most is highest', () => {
  assert.equal(sparkline([0, 1, 50, 100], 6, paint.glyphs.spark), '▁▁▁▂▄█');
  assert.deepEqual(barChart([0, 1, 4], 3, 2, ['-', '=']), ['  =', ' -=']);
});

test('a frame, its tabs and its footer', () => {
  const look = { title: '4', tabs: ['Faults', 'Stats'], tab: 0, focused: true };
  assert.deepEqual(frameRows({ top: 0, left: 0, width: 26, height: 3 }, look, paint), [
    '╭─ 4 [Faults] Stats ─────╮',
    '│                        │',
    '╰────────────────────────╯',
  ]);
  assert.equal(footerRow('3 held', 14, false, paint), '───── 3 held ─');
  assert.equal(
    frameRows({ top: 0, left: 0, width: 12, height: 2 }, { ...look, tabs: [], title: 'Hold' }, ascii)[0],
    '+- Hold ---+',
  );
});

const session = new MemorySession({ past: 20, held: 2 });
const table = (width: number) => ({
  rows: [20, 21, 22].map((seq) => ({ seq, fault: session.faults.row(seq), focused: seq === 21, marked: seq === 22 })),
  columns: faultColumns(width, { seq: 22, tid: 4012, range: 18 }),
  cell: 'seq' as const,
  sort: { column: 'seq' as const, reverse: false },
  empty: 'no fault yet',
  active: true,
});

test('columns give way in their order: TIME, TID, RW, LAT', () => {
  const ids = (width: number): string =>
    faultColumns(width, { seq: 9999, tid: 4012, range: 18 })
      .map(({ title }) => title)
      .join(' ');
  assert.equal(ids(90), '# TIME TID KIND RW ADDRESS RANGE+OFF STATE LAT');
  assert.equal(ids(76), '# TID KIND RW ADDRESS RANGE+OFF STATE LAT');
  assert.equal(ids(68), '# KIND RW ADDRESS RANGE+OFF STATE LAT');
  assert.equal(ids(63), '# KIND ADDRESS RANGE+OFF STATE LAT');
  assert.equal(ids(58), '# KIND ADDRESS RANGE+OFF STATE');
});

test('a held fault says so in a word and a sign; focus and mark have signs too', () => {
  const [header, answered, held, marked] = faultRows(table(78), 10, 78, paint) as [string, string, string, string];
  assert.match(header, /^ +# +TIME +TID KIND RW ADDRESS +RANGE\+OFF +STATE +LAT/);
  assert.match(answered, /zero|cont|unprot/);
  assert.match(held, /^▌ .*◆HELD/);
  assert.match(marked, /^ ●.*◆HELD/);
});

test('an overwritten fault is said to be overwritten', () => {
  const gone = { ...table(78), rows: [{ seq: 7, fault: null, focused: false, marked: false }] };
  assert.match(faultRows(gone, 3, 78, paint)[1]!, /7 was overwritten/);
});

test('every row is exactly as wide as asked', () => {
  for (const each of [paint, ascii, new Paint('ansi', false)]) {
    for (let width = 40; width <= 140; width += 7) {
      for (const row of faultRows(table(width), 10, width, each)) assert.equal(stringWidth(row), width);
    }
  }
});

test('ASCII: not one sign outside of it', () => {
  for (const row of faultRows(table(90), 10, 90, ascii)) assert.match(row, /^[\x20-\x7e]*$/);
});

const header = (width: number, over = {}): string =>
  headerRow(
    {
      session,
      snapshot: { ...session.snapshot(), oldestHeld: 4.2e9, held: 3, holdOn: true, stance: 'armed', ...over },
      perSecond: 182,
      history: [1, 2, 3],
      ranges: { count: 3, bytes: 1610612736n, modes: 'm·w·i' },
    },
    width,
    paint,
  );

test('the header fits, and never hides how old the oldest held fault is', () => {
  for (let width = 60; width <= 160; width++) {
    const row = header(width);
    assert.equal(stringWidth(row), width);
    assert.match(row, /demo\[4012\].*HELD 3 oldest 4\.2s/, row);
  }
  const all = ' uffdscope  demo[4012]  uffd 87723  m·w·i  3 ranges 1.5G  ARMED  HOLD ON  HELD 3 oldest 4.2s  182/s';
  assert.equal(header(160).trimEnd(), `${all}  ▁▁▁▁▁▃▆█  p99 212µs`);
  assert.equal(header(60).trimEnd(), ' demo[4012]  ARMED  HOLD ON  HELD 3 oldest 4.2s  182/s');
});

test('the header says when the target is gone', () => {
  assert.match(header(80, { alive: false }), /TARGET GONE/);
});

test('a hexdump: offsets, the byte that was touched, edits', () => {
  const bytes = Uint8Array.from({ length: 40 }, (_, i) => i);
  const dump = { bytes, top: 0, touched: 18, original: null, cursor: -1, side: 'hex' as const, match: null };
  assert.deepEqual(
    hexdumpRows(dump, 3, 74, paint).map((row) => row.trimEnd()),
    [
      '  00  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  ................',
      '  10  10 11[12]13 14 15 16 17  18 19 1a 1b 1c 1d 1e 1f  ................',
      '  20  20 21 22 23 24 25 26 27                            !"#$%&\'',
    ],
  );
  const edited = hexdumpRows({ ...dump, original: new Uint8Array(40) }, 1, 74, paint)[0]!;
  assert.match(edited, /^\* 00/);
});

test('the columns of bytes are where the cursor and the mouse think they are', () => {
  const bytes = Uint8Array.from({ length: 4096 }, (_, i) => i & 0xff);
  const dump = { bytes, top: 0, touched: -1, original: null, cursor: -1, side: 'hex' as const, match: null };
  const row = hexdumpRows(dump, 1, 78, paint)[0]!;
  for (let i = 0; i < 16; i++) {
    assert.equal(
      row.slice(byteColumn(i, 'hex', 4096), byteColumn(i, 'hex', 4096) + 2),
      i.toString(16).padStart(2, '0'),
    );
  }
  const text = Uint8Array.from({ length: 4096 }, (_, i) => 0x41 + (i % 26));
  const letters = hexdumpRows({ ...dump, bytes: text }, 1, 78, paint)[0]!;
  for (let i = 0; i < 16; i++) assert.equal(letters[byteColumn(i, 'ascii', 4096)], String.fromCharCode(0x41 + i));
});

test('a page map: the gravest thing in a cell is what it shows, and the legend says so', () => {
  const cell = (over: object) => ({ pages: 4, present: 0, wp: 0, poisoned: 0, swapped: 0, held: 0, ...over });
  const cells = [
    cell({ present: 4 }),
    cell({ present: 1 }),
    cell({}),
    cell({ present: 4, held: 1 }),
    cell({ poisoned: 1 }),
  ];
  const rows = pageMapRows({ rangeId: 0, cellBytes: 16384, cells, resident: 0.38 }, 'heap', 6, 40, paint);
  assert.deepEqual(
    rows.map((row) => row.trimEnd()),
    ['  heap  one cell = 16 K   38% in memory', '  █░·HX', '  █ filled  ░ partly  · missing', '  H held  X poisoned'],
  );
});

test('hints: what fits, greyed ones in brackets, and where each can be clicked', () => {
  const hints = [
    { command: 'fault.answer', key: 'a', title: 'answer', ok: true },
    { command: 'fault.zero', key: 'z', title: 'zero', ok: false },
  ];
  const { row, spots } = hintBar(hints, [{ command: 'quit', key: 'Q', title: 'quit', ok: true }], 40, paint);
  assert.equal(row, ' a answer  (z zero)             Q quit  ');
  assert.deepEqual(spots[1], { command: 'fault.zero', from: 11, to: 19 });
});
