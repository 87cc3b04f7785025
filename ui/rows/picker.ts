/** The list of processes. */
import type { Candidate } from '../../native/session/discover/candidates.js';
import { wouldWords } from '../model/picker.js';
import type { Paint } from '../screen/paint.js';

export interface PickerTable {
  readonly rows: readonly Candidate[];
  readonly top: number;
  readonly focus: number;
  readonly loaded: boolean;
}

export function pickerRows(table: PickerTable, height: number, width: number, paint: Paint): string[] {
  const wouldWidth = Math.max(16, Math.floor(width * 0.3));
  const header = paint
    .line(width)
    .add('  ')
    .column('PID', 7, 'label', 'right')
    .column('UFFD', 4, 'label', 'right')
    .column('WAIT', 4, 'label', 'right')
    .column('USER', 5, 'label')
    .column('NAME', 15, 'label')
    .column('ATTACHING WOULD', wouldWidth, 'label')
    .add('COMMAND', 'label')
    .end();
  if (table.rows.length === 0) {
    const text = table.loaded ? '  no process fits' : '  looking at every process';
    return [header, paint.line(width).add(text, 'dim').end()];
  }
  const rows = table.rows.slice(table.top, table.top + Math.max(0, height - 1)).map((row, i) => {
    const focused = table.top + i === table.focus;
    const uffds = row.uffds.length;
    return paint
      .line(width, focused ? 'selected' : 'plain')
      .add(focused ? `${paint.glyphs.focus} ` : '  ', 'key')
      .column(String(row.pid), 7, 'plain', 'right')
      .column(uffds === 0 ? '' : String(uffds), 4, 'strong', 'right')
      .column(
        uffds === 0 && row.waiting === 0 ? '' : String(row.waiting),
        4,
        row.waiting > 0 ? 'held' : 'plain',
        'right',
      )
      .column(row.uid === 0 ? 'root' : String(row.uid), 5, 'dim')
      .column(paint.outside(row.comm), 15, uffds > 0 ? 'strong' : 'plain')
      .column(paint.outside(wouldWords(row)), wouldWidth, row.would.do === 'nothing' ? 'off' : 'ok')
      .add(paint.outside(row.cmdline), 'dim')
      .end();
  });
  return [header, ...rows];
}
