/** Where everything stands: (columns, rows, state) -> rectangles. Pure; the tests draw it. */
import type { Rect } from './screen/compose.js';

export type PaneId = 1 | 2 | 3 | 4 | 5;
export const PANES: readonly PaneId[] = [1, 2, 3, 4, 5];

/** `auto` follows the size; the others are asked for by hand, where they fit. */
export const SHAPES = ['auto', 'columns', 'pair', 'stack'] as const;
export type Shape = (typeof SHAPES)[number];

export interface LayoutState {
  readonly shape: Shape;
  readonly zoom: boolean;
  readonly focus: PaneId;
  /** The last of panes 1 to 4 that had the focus. */
  readonly main: PaneId;
  readonly hints: boolean;
  /** A recording: one more row, for its time. */
  readonly timed: boolean;
}

export type Layout =
  | { readonly kind: 'small'; readonly need: readonly [columns: number, rows: number] }
  | {
      readonly kind: 'columns' | 'pair' | 'stack' | 'zoom';
      readonly header: Rect;
      /** Second header row of the wide form. */
      readonly options: Rect | null;
      /** The panes as a row of tabs where they do not all show. */
      readonly strip: Rect | null;
      /** Of a recording: where in it. */
      readonly time: Rect | null;
      /** Frames included. */
      readonly panes: Readonly<Partial<Record<PaneId, Rect>>>;
      readonly status: Rect;
      readonly hints: Rect | null;
    };

export const MIN_COLUMNS = 60;
export const MIN_ROWS = 15;
const WIDE_COLUMNS = 110;
const DETAIL_ROWS = 20;

export function layout(columns: number, rows: number, state: LayoutState): Layout {
  if (columns < MIN_COLUMNS || rows < MIN_ROWS) return { kind: 'small', need: [MIN_COLUMNS, MIN_ROWS] };
  const kind = state.zoom ? 'zoom' : shapeFor(columns, rows, state.shape);
  const wide = kind === 'columns';
  const row = (top: number): Rect => ({ top, left: 0, width: columns, height: 1 });
  const below = state.hints ? 2 : 1;
  const above = state.timed ? 3 : 2;
  const body: Rect = { top: above, left: 0, width: columns, height: rows - above - below };
  return {
    kind,
    header: row(0),
    options: wide ? row(1) : null,
    strip: wide ? null : row(1),
    time: state.timed ? row(2) : null,
    panes: panesIn(body, kind, rows, state),
    status: row(rows - below),
    hints: state.hints ? row(rows - 1) : null,
  };
}

function shapeFor(columns: number, rows: number, wanted: Shape): 'columns' | 'pair' | 'stack' {
  const roomy = columns >= WIDE_COLUMNS;
  if (wanted === 'auto') return roomy && !isPortrait(columns, rows) ? 'columns' : 'stack';
  return wanted === 'columns' && !roomy ? 'stack' : wanted;
}

/** Taller than wide to the eye: a cell is about twice as high as it is wide. */
function isPortrait(columns: number, rows: number): boolean {
  return rows * 2 > columns * 1.3;
}

function panesIn(
  body: Rect,
  kind: 'columns' | 'pair' | 'stack' | 'zoom',
  rows: number,
  state: LayoutState,
): Partial<Record<PaneId, Rect>> {
  switch (kind) {
    case 'zoom':
      return { [state.focus]: body };
    case 'columns': {
      const width = Math.min(60, Math.max(38, Math.round(body.width / 3)));
      const [left, right] = splitWide(body, width);
      const [ranges, rules, events] = splitHigh(left, [17, 10, 9]);
      const [faults, detail] = splitHigh(right, [20, 16]);
      return { 1: ranges!, 2: rules!, 3: events!, 4: faults!, 5: detail! };
    }
    case 'pair': {
      const [faults, detail] =
        body.width >= 160 ? splitWide(body, Math.ceil(body.width / 2)) : splitHigh(body, [14, 10]);
      if (body.height < 16 && body.width < 160) return { [state.focus === 5 ? 5 : 4]: body };
      return { 4: faults!, 5: detail! };
    }
    case 'stack': {
      const withDetail = rows >= DETAIL_ROWS && (state.main === 4 || state.focus === 5);
      if (!withDetail) return { [state.focus]: body };
      const height = Math.max(6, Math.floor(body.height * 0.3));
      const [main, detail] = splitHigh(body, [body.height - height, height]);
      return { [state.main]: main!, 5: detail! };
    }
  }
}

function splitWide(area: Rect, leftWidth: number): [Rect, Rect] {
  return [
    { ...area, width: leftWidth },
    { ...area, left: area.left + leftWidth, width: area.width - leftWidth },
  ];
}

/** Heights in proportion to the weights; the first takes what rounding leaves. */
function splitHigh(area: Rect, weights: readonly number[]): Rect[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const heights = weights.map((weight) => Math.floor((area.height * weight) / sum));
  heights[0]! += area.height - heights.reduce((a, b) => a + b, 0);
  let top = area.top;
  const rects: Rect[] = [];
  for (const height of heights) {
    rects.push({ ...area, top, height });
    top += height;
  }
  return rects;
}

/** The inside of a frame. */
export function inside(frame: Rect): Rect {
  return {
    top: frame.top + 1,
    left: frame.left + 1,
    width: Math.max(0, frame.width - 2),
    height: Math.max(0, frame.height - 2),
  };
}

/** A dialog of this inner size, in the middle. */
export function centred(columns: number, rows: number, innerWidth: number, innerHeight: number): Rect {
  const width = Math.min(columns - 2, innerWidth + 2);
  const height = Math.min(rows - 2, innerHeight + 2);
  return { top: Math.floor((rows - height) / 2), left: Math.floor((columns - width) / 2), width, height };
}

/** A dialog over the last rows, for lines that are typed. */
export function docked(columns: number, rows: number, innerHeight: number): Rect {
  const height = Math.min(rows - 2, innerHeight + 2);
  return { top: rows - height, left: 0, width: columns, height };
}

export function contains(rect: Rect, x: number, y: number): boolean {
  return x >= rect.left && x < rect.left + rect.width && y >= rect.top && y < rect.top + rect.height;
}
