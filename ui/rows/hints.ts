/** The hint bar: keys with a word each, greyed where they would be refused; and where each stands, for the mouse. */
import { cellWidth } from '../screen/cells.js';
import type { Paint } from '../screen/paint.js';

export interface Hint {
  readonly command: string;
  readonly key: string;
  readonly title: string;
  readonly ok: boolean;
}

export interface HintBar {
  readonly row: string;
  readonly spots: readonly { readonly command: string; readonly from: number; readonly to: number }[];
}

/** As many from the left as fit beside those at the right. */
export function hintBar(left: readonly Hint[], right: readonly Hint[], width: number, paint: Paint): HintBar {
  const line = paint.line(width).add(' ');
  const spots: { command: string; from: number; to: number }[] = [];
  const rightWidth = right.reduce((sum, hint) => sum + hintWidth(hint, paint) + 2, 0);
  const put = (hint: Hint): void => {
    const from = width - line.room;
    line.add(hint.ok ? hint.key : `(${hint.key}`, hint.ok ? 'key' : 'off');
    line.add(hint.ok ? ` ${paint.own(hint.title)}` : ` ${paint.own(hint.title)})`, hint.ok ? 'plain' : 'off');
    spots.push({ command: hint.command, from, to: width - line.room });
    line.add('  ');
  };
  for (const hint of left) {
    if (hintWidth(hint, paint) + 2 <= line.room - rightWidth) put(hint);
  }
  line.add(' '.repeat(Math.max(0, line.room - rightWidth)));
  for (const hint of right) put(hint);
  return { row: line.end(), spots };
}

/** The same in as many rows as it takes, to be read. */
export function hintRows(hints: readonly Hint[], width: number, paint: Paint): string[] {
  const rows: Hint[][] = [[]];
  let used = 1;
  for (const hint of hints) {
    const cells = hintWidth(hint, paint) + 2;
    if (used + cells > width && rows.at(-1)!.length > 0) {
      rows.push([]);
      used = 1;
    }
    rows.at(-1)!.push(hint);
    used += cells;
  }
  return rows.map((row) => hintBar(row, [], width, paint).row);
}

function hintWidth(hint: Hint, paint: Paint): number {
  return cellWidth(hint.key) + 1 + cellWidth(paint.own(hint.title)) + (hint.ok ? 0 : 2);
}
