/** The list of processes. */
import type { PickerRow } from '../model/picker.js';
import type { Paint } from '../screen/paint.js';

export interface PickerTable {
  readonly rows: readonly PickerRow[];
  readonly top: number;
  readonly focus: number;
  readonly loaded: boolean;
}

export function pickerRows(table: PickerTable, height: number, width: number, paint: Paint): string[] {
  const wouldWidth = Math.max(16, Math.floor(width * 0.3));
  const header = paint
    .line(width)
    .add('  ')
    .column('PID', 8, 'label', 'right')
    .column('UFFDS', 5, 'label', 'right')
    .column('WAIT', 5, 'label', 'right')
    .column('USER', 9, 'label')
    .column('NAME', 16, 'label')
    .column('ATTACHING WOULD', wouldWidth, 'label')
    .add('COMMAND', 'label')
    .end();
  if (table.rows.length === 0) {
    const text = table.loaded ? '  no process fits' : '  looking at every process';
    return [header, paint.line(width).add(text, 'dim').end()];
  }
  const rows = table.rows.slice(table.top, table.top + Math.max(0, height - 1)).map((row, i) => {
    const focused = table.top + i === table.focus;
    const waiting = row.waiting === null ? '?' : String(row.waiting);
    return paint
      .line(width, focused ? 'selected' : 'plain')
      .add(focused ? `${paint.glyphs.focus} ` : '  ', 'key')
      .column(String(row.pid), 8, 'plain', 'right')
      .column(row.uffds === 0 ? '' : String(row.uffds), 5, 'strong', 'right')
      .column(row.uffds === 0 ? '' : waiting, 5, row.waiting ? 'held' : 'plain', 'right')
      .column(paint.outside(row.user), 9, 'dim')
      .column(paint.outside(row.comm), 16, row.uffds > 0 ? 'strong' : 'plain')
      .column(paint.outside(row.refused ?? row.would), wouldWidth, row.refused === null ? 'ok' : 'off')
      .add(paint.outside(row.cmdline), 'dim')
      .end();
  });
  return [header, ...rows];
}
