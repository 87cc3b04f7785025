/** The list of processes. */
import type { Candidate } from '../../native/session/discover/candidates.js';
import { wouldWords } from '../model/picker.js';
import { cellWidth } from '../screen/cells.js';
import type { Paint } from '../screen/paint.js';

export interface PickerTable {
  readonly rows: readonly Candidate[];
  readonly top: number;
  readonly focus: number;
  readonly loaded: boolean;
}

const ATTACHING = 'ATTACHING WOULD';
/** The focus sign and the columns before ATTACHING WOULD, with a blank after each. */
const FIXED = 2 + 8 + 5 + 5 + 6 + 16;
const COMMAND_MIN = 10;

export function pickerRows(table: PickerTable, height: number, width: number, paint: Paint): string[] {
  const visible = table.rows.slice(table.top, table.top + Math.max(0, height - 1));
  const longest = Math.max(0, ...table.rows.map((row) => cellWidth(paint.outside(wouldWords(row)))));
  const left = width - FIXED;
  // As wide as what it says; the command takes the rest, or gives way where that would tell nothing.
  const wouldWidth = Math.max(ATTACHING.length, Math.min(longest, left));
  const withCommand = left - wouldWidth - 1 >= COMMAND_MIN;
  const header = paint
    .line(width)
    .add('  ')
    .column('PID', 7, 'label', 'right')
    .column('UFFD', 4, 'label', 'right')
    .column('WAIT', 4, 'label', 'right')
    .column('USER', 5, 'label')
    .column('NAME', 15, 'label')
    .column(ATTACHING, wouldWidth, 'label')
    .add(withCommand ? 'COMMAND' : '', 'label')
    .end();
  if (table.rows.length === 0) {
    const text = table.loaded ? '  no process fits' : '  looking at every process';
    return [header, paint.line(width).add(text, 'dim').end()];
  }
  const rows = visible.map((row, i) => {
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
      .add(withCommand ? paint.outside(row.cmdline) : '', 'dim')
      .end();
  });
  return [header, ...rows];
}
