/** The list of ranges. */
import type { Range } from '../../native/session/types.js';
import type { Paint } from '../screen/paint.js';
import { count, percent, rate, size } from './format.js';
import { modeLetters } from './words.js';

export interface RangeTable {
  readonly ranges: readonly Range[];
  readonly top: number;
  readonly focus: number;
  readonly active: boolean;
  /** Resident share by range id, where it has been looked up. */
  readonly resident: ReadonlyMap<number, number>;
}

/** SIZE, MODE, RES and FAULTS with a blank before each, and the focus sign. */
const FIXED = 6 + 4 + 5 + 9 + 2;

export function rangeRows(table: RangeTable, height: number, width: number, paint: Paint): string[] {
  const nameWidth = Math.max(6, width - FIXED);
  const header = paint
    .line(width)
    .add('  ')
    .column('NAME', nameWidth, 'label')
    .column('SIZE', 5, 'label', 'right')
    .column('MOD', 3, 'label')
    .column('RES', 4, 'label', 'right')
    .column('FAULTS', 8, 'label', 'right', 0)
    .end();
  const rows = table.ranges.slice(table.top, table.top + Math.max(0, height - 1)).map((range, i) => {
    const focused = table.top + i === table.focus;
    const resident = table.resident.get(range.id);
    return paint
      .line(width, focused && table.active ? 'selected' : 'plain')
      .add(focused ? `${paint.glyphs.focus} ` : '  ', 'key')
      .column(paint.outside(range.name), nameWidth, focused ? 'strong' : 'plain')
      .column(size(range.end - range.start, true), 5, 'plain', 'right')
      .column(modeLetters(range.modes), 3, 'address')
      .column(resident === undefined ? '' : percent(resident), 4, 'plain', 'right')
      .column(
        (range.held > 0 ? paint.glyphs.held : '') + (range.faults < 1e6 ? count(range.faults) : rate(range.faults)),
        8,
        range.held > 0 ? 'held' : 'plain',
        'right',
        0,
      )
      .end();
  });
  if (rows.length === 0) rows.push(paint.line(width).add('  no ranges are registered', 'dim').end());
  return [header, ...rows];
}
