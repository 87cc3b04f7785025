/** Columns of text, as wide as they must be; the last one takes what is left. */
import stringWidth from 'string-width';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Cells, or a line of its own across all columns. */
export type Row = readonly string[] | string;

export interface TableStyle {
  /** Applied to the titles, after their width was measured. */
  readonly title?: (text: string) => string;
}

/** Cells may hold SGR colours; everything a target could choose has been through safeText already. */
export function textTable(columns: readonly Column[], rows: readonly Row[], style: TableStyle = {}): string {
  const widths = columns.map((column, i) =>
    Math.max(
      stringWidth(column.title),
      ...rows.map((row) => (typeof row === 'string' ? 0 : stringWidth(row[i] ?? ''))),
    ),
  );
  const line = (cells: readonly string[], dress: (text: string) => string = String): string =>
    columns
      .map((column, i) => {
        const cell = cells[i] ?? '';
        const blank = ' '.repeat(widths[i]! - stringWidth(cell));
        if (column.align === 'right') return blank + dress(cell);
        return i === columns.length - 1 ? dress(cell) : dress(cell) + blank;
      })
      .join('  ')
      .trimEnd();
  return [
    line(
      columns.map(({ title }) => title),
      style.title,
    ),
    ...rows.map((row) => (typeof row === 'string' ? row : line(row))),
  ]
    .map((text) => `${text}\n`)
    .join('');
}

/** Breaks at blanks so that no line is wider than `width` (but for a single longer word). */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && stringWidth(line) + 1 + stringWidth(word) > width - indent.length) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((one, i) => (i === 0 ? one : indent + one)).join('\n');
}
