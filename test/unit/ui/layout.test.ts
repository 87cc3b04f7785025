/** The layout, drawn: one sign a pane, so that a wrong rectangle is seen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layout, type LayoutState } from '../../../ui/layout.js';
import type { Rect } from '../../../ui/screen/compose.js';

/** One sign of a drawing stands for so many cells. */
const SCALE = { columns: 5, rows: 2 };
const STATE: LayoutState = { shape: 'auto', zoom: false, focus: 4, main: 4, hints: true, timed: false };

/** h header, o options, t tab strip, r time of a recording, s status, b hint bar, 1..5 panes; a scale of 5x2 cells a sign keeps it small. */
function draw(columns: number, rows: number, state: Partial<LayoutState> = {}): string {
  const laid = layout(columns, rows, { ...STATE, ...state });
  if (laid.kind === 'small') return `need ${laid.need.join('x')}`;
  const cells: string[][] = Array.from({ length: rows }, () => Array.from({ length: columns }, () => ' '));
  const fill = (rect: Rect | null, sign: string): void => {
    if (!rect) return;
    assert.ok(rect.left >= 0 && rect.left + rect.width <= columns, `${sign} is too wide`);
    assert.ok(rect.top >= 0 && rect.top + rect.height <= rows, `${sign} is too high`);
    for (let y = rect.top; y < rect.top + rect.height; y++) {
      for (let x: number = rect.left; x < rect.left + rect.width; x++) {
        const there: string = cells[y]![x]!;
        assert.equal(there, ' ', `${sign} lies over ${there}`);
        cells[y]![x] = sign;
      }
    }
  };
  fill(laid.header, 'h');
  fill(laid.options, 'o');
  fill(laid.strip, 't');
  fill(laid.time, 'r');
  for (const [id, rect] of Object.entries(laid.panes)) fill(rect, id);
  fill(laid.status, 's');
  fill(laid.hints, 'b');
  assert.ok(
    cells.every((row) => row.every((cell) => cell !== ' ')),
    'every cell belongs to something',
  );
  const kept = cells.filter((_, y) => y < 2 || y >= rows - 2 || y % SCALE.rows === 0);
  return kept.map((row) => row.filter((_, x) => x % SCALE.columns === 0).join('')).join('\n');
}

test('120x40: two columns', () => {
  assert.equal(
    draw(120, 40),
    [
      'hhhhhhhhhhhhhhhhhhhhhhhh',
      'oooooooooooooooooooooooo',
      ...Array.from({ length: 9 }, () => '111111114444444444444444'),
      '222222224444444444444444',
      ...Array.from({ length: 4 }, () => '222222225555555555555555'),
      ...Array.from({ length: 4 }, () => '333333335555555555555555'),
      'ssssssssssssssssssssssss',
      'bbbbbbbbbbbbbbbbbbbbbbbb',
    ].join('\n'),
  );
});

test('80x24: one column, the detail below the faults', () => {
  assert.equal(
    draw(80, 24),
    [
      'hhhhhhhhhhhhhhhh',
      'tttttttttttttttt',
      ...Array.from({ length: 7 }, () => '4444444444444444'),
      ...Array.from({ length: 3 }, () => '5555555555555555'),
      'ssssssssssssssss',
      'bbbbbbbbbbbbbbbb',
    ].join('\n'),
  );
});

test('80x24: another pane has the whole room', () => {
  assert.match(draw(80, 24, { focus: 1, main: 1 }), /^h+\nt+\n(1{16}\n)+s+\nb+$/);
});

test('80x18: too low for a detail below; it opens on the whole screen', () => {
  assert.match(draw(80, 18), /^h+\nt+\n(4{16}\n)+s+\nb+$/);
  assert.match(draw(80, 18, { focus: 5 }), /^h+\nt+\n(5{16}\n)+s+\nb+$/);
});

test('a tall terminal is one column, however wide', () => {
  assert.match(draw(120, 90), /^h+\nt+\n(4+\n)+(5+\n)+s+\nb+$/);
});

test('109 columns are one column, 110 are two', () => {
  assert.equal(layout(109, 40, STATE).kind, 'stack');
  assert.equal(layout(110, 40, STATE).kind, 'columns');
});

test('zoom gives the focus everything', () => {
  assert.match(draw(120, 40, { zoom: true, focus: 3 }), /^h+\nt+\n(3{24}\n)+s+\nb+$/);
});

test('pair: the faults and their detail alone', () => {
  assert.match(draw(120, 40, { shape: 'pair' }), /^h+\nt+\n(4+\n)+(5+\n)+s+\nb+$/);
  assert.match(draw(200, 50, { shape: 'pair' }), /^h+\nt+\n(4{20}5{20}\n)+s+\nb+$/);
});

test('columns are not forced on a narrow terminal', () => {
  assert.equal(layout(80, 24, { ...STATE, shape: 'columns' }).kind, 'stack');
});

test('without hints their row goes to the panes', () => {
  assert.match(draw(80, 24, { hints: false }), /^h+\nt+\n(4+\n)+(5+\n)+s+$/);
});

test('under 60x15 it says what it needs', () => {
  assert.equal(draw(59, 40), 'need 60x15');
  assert.equal(draw(60, 14), 'need 60x15');
  assert.notEqual(draw(60, 15), 'need 60x15');
});

test('no size leaves a cell to nobody or to two', () => {
  for (let columns = 60; columns <= 240; columns += 7) {
    for (let rows = 15; rows <= 90; rows += 5) {
      for (const shape of ['auto', 'columns', 'pair', 'stack'] as const) {
        for (const focus of [1, 4, 5] as const) draw(columns, rows, { shape, focus, main: focus === 5 ? 4 : focus });
      }
    }
  }
});

test('a recording has a row for its time, at every size', () => {
  for (const [columns, rows] of [
    [120, 40],
    [80, 24],
    [60, 15],
    [200, 60],
  ] as const) {
    const laid = layout(columns, rows, { ...STATE, timed: true });
    assert.ok(laid.kind !== 'small');
    assert.deepEqual(laid.time, { top: 2, left: 0, width: columns, height: 1 });
    draw(columns, rows, { timed: true });
  }
});
