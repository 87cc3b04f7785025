/** The list of faults, and its header row. */
import type { Fault } from '../../native/session/types.js';
import type { Paint } from '../screen/paint.js';
import type { Role } from '../screen/theme.js';
import { age, clock, duration, hex, place } from './format.js';
import { KIND_SHORT, stateWord } from './words.js';

export type FaultColumn = 'seq' | 'time' | 'tid' | 'kind' | 'rw' | 'address' | 'range' | 'state' | 'lat';

export interface Column {
  readonly id: FaultColumn;
  readonly title: string;
  readonly width: number;
  readonly align: 'left' | 'right';
}

export interface FaultRow {
  readonly fault: Fault | null;
  readonly seq: number;
  readonly focused: boolean;
  readonly marked: boolean;
}

export interface FaultTable {
  readonly rows: readonly FaultRow[];
  readonly columns: readonly Column[];
  /** The column that h and l walk, for sorting and `=`. */
  readonly cell: FaultColumn;
  readonly sort: { readonly column: FaultColumn; readonly reverse: boolean };
  /** Why there are no rows. */
  readonly empty: string;
  /** This pane has the keys. */
  readonly active: boolean;
}

const FIXED: readonly Column[] = [
  { id: 'seq', title: '#', width: 4, align: 'right' },
  { id: 'time', title: 'TIME', width: 7, align: 'right' },
  { id: 'tid', title: 'TID', width: 4, align: 'right' },
  { id: 'kind', title: 'KIND', width: 4, align: 'left' },
  { id: 'rw', title: 'RW', width: 2, align: 'left' },
  { id: 'address', title: 'ADDRESS', width: 14, align: 'left' },
  { id: 'range', title: 'RANGE+OFF', width: 0, align: 'left' },
  { id: 'state', title: 'STATE', width: 7, align: 'left' },
  { id: 'lat', title: 'LAT', width: 6, align: 'right' },
];
/** What gives way, in this order, when the pane is narrow. */
const DROP: readonly FaultColumn[] = ['time', 'tid', 'rw', 'lat'];
const RANGE_MIN = 16;
const RANGE_MAX = 30;
const GUTTER = 2;
export const SLOW_AGE = 1e9;
export const OLD_AGE = 5e9;

/** The largest that columns must hold. */
export interface Widest {
  readonly seq: number;
  readonly tid: number;
  /** Cells of the longest `name+offset`. */
  readonly range: number;
}

/** The columns that fit; RANGE+OFF takes what is left. */
export function faultColumns(width: number, widest: Widest): Column[] {
  const rangeMin = Math.max(RANGE_MIN, Math.min(RANGE_MAX, widest.range));
  let columns = FIXED.map((c) => (c.id === 'seq' || c.id === 'tid' ? withWidth(c, digits(widest[c.id])) : c));
  const used = (): number => GUTTER + columns.reduce((sum, c) => sum + c.width + 1, 0);
  for (const id of DROP) {
    if (used() + rangeMin <= width) break;
    columns = columns.filter((c) => c.id !== id);
  }
  const flexible = Math.max(4, width - used());
  return columns.map((c) => (c.id === 'range' ? withWidth(c, flexible) : c));
}

function withWidth(column: Column, width: number): Column {
  return { ...column, width };
}

function digits(n: number): number {
  return Math.max(4, String(n).length);
}

/** Header and `height - 1` rows from the top. */
export function faultRows(table: FaultTable, height: number, width: number, paint: Paint): string[] {
  const head = header(table, width, paint);
  if (table.rows.length === 0)
    return [
      head,
      paint
        .line(width)
        .add(`  ${paint.outside(table.empty)}`, 'dim')
        .end(),
    ];
  const rows = table.rows.slice(0, Math.max(0, height - 1)).map((row) => faultRow(row, table, width, paint));
  return [head, ...rows];
}

function header(table: FaultTable, width: number, paint: Paint): string {
  const line = paint.line(width);
  line.add(' '.repeat(GUTTER));
  for (const column of table.columns) {
    const sorted = column.id === table.sort.column && (column.id !== 'seq' || table.sort.reverse);
    const arrow = sorted ? (table.sort.reverse ? paint.glyphs.down : paint.glyphs.up) : '';
    const here = table.active && column.id === table.cell;
    line.column(column.title + arrow, column.width, here ? 'strong' : 'label', column.align);
  }
  return line.end();
}

function faultRow(row: FaultRow, table: FaultTable, width: number, paint: Paint): string {
  const { fault, focused, marked } = row;
  const line = paint.line(width, focused && table.active ? 'selected' : 'plain');
  line.add(focused ? paint.glyphs.focus : ' ', 'key').add(marked ? paint.glyphs.mark : ' ', 'marked');
  if (fault === null) return line.add(`${row.seq} was overwritten: the log is full`, 'dim').end();
  for (const column of table.columns) {
    const [text, role] = cell(fault, column, paint);
    const here = focused && table.active && column.id === table.cell;
    line.column(text, column.width, here ? 'strong' : role, column.align);
  }
  return line.end();
}

function cell(fault: Fault, { id, width }: Column, paint: Paint): [string, Role] {
  switch (id) {
    case 'seq':
      return [String(fault.seq), 'plain'];
    case 'time':
      return [clock(fault.t), 'dim'];
    case 'tid':
      return fault.tid === 0 ? ['?', 'dim'] : [String(fault.tid), 'plain'];
    case 'kind':
      return [KIND_SHORT[fault.kind], fault.kind];
    case 'rw':
      return fault.access === 'write' ? ['w', 'write'] : ['r', 'plain'];
    case 'address':
      return [hex(fault.address), 'address'];
    case 'range':
      if (fault.rangeOffset === '') return [paint.glyphs.dash, 'dim'];
      return [
        place(paint.outside(fault.rangeOffset.replace(/\+0x([0-9a-f]+)$/, '+$1')), width, paint.glyphs.ellipsis),
        'plain',
      ];
    case 'state':
      return [
        (fault.state === 'held' ? paint.glyphs.held : '') + stateWord(fault) + (fault.edited ? '*' : ''),
        stateRole(fault),
      ];
    case 'lat':
      return fault.latency === null
        ? [age(fault.age), ageRole(fault)]
        : [duration(fault.latency, paint.glyphs.micro), 'plain'];
  }
}

function stateRole(fault: Fault): Role {
  if (fault.state === 'held' || fault.state === 'delayed') return 'held';
  if (fault.state === 'failed') return 'error';
  return fault.state === 'resolved' ? 'ok' : 'dim';
}

/** Yellow after one second, red after five. */
export function ageRole(fault: Pick<Fault, 'state' | 'age'>): Role {
  if (fault.state !== 'held') return 'plain';
  return fault.age > OLD_AGE ? 'alarm' : fault.age > SLOW_AGE ? 'warn' : 'plain';
}
