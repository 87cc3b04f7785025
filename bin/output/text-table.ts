/** Columns of text, as wide as they must be; the last one takes what is left. */
import stringWidth from 'string-width';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Cells, or a line of its own across all columns. */
export type Row = readonly string[] | Across;

export interface Across {
  /** May begin with blanks, which stand before its other lines too. */
  readonly across: string;
  readonly dress?: (text: string) => string;
}

export interface TableStyle {
  /** Applied to the titles, after their width was measured. */
  readonly title?: (text: string) => string;
  /** Cells of a terminal's line: wider columns give way and break at blanks. Left out: as wide as they must be. */
  readonly width?: number | null;
}

const GAP = 2;
/** Of a row across all columns, from its second line on. */
const HANGING = '  ';

/** Cells may hold SGR colours, on words alone; everything a target could choose has been through safeText already. */
export function textTable(columns: readonly Column[], rows: readonly Row[], style: TableStyle = {}): string {
  const limit = style.width ?? Infinity;
  const widths = fittingWidths(columns, rows, limit);
  const line = (cells: readonly string[], dress: (text: string) => string = String): string =>
    columns
      .map((column, i) => {
        const cell = cells[i] ?? '';
        const blank = ' '.repeat(Math.max(0, widths[i]! - stringWidth(cell)));
        if (column.align === 'right') return blank + dress(cell);
        return i === columns.length - 1 ? dress(cell) : dress(cell) + blank;
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  const lines = (cells: readonly string[]): string[] => {
    const broken = columns.map((_, i) => wrap(cells[i] ?? '', widths[i]!).split('\n'));
    const height = Math.max(...broken.map((parts) => parts.length));
    return Array.from({ length: height }, (_, n) => line(broken.map((parts) => parts[n] ?? '')));
  };
  const titles = columns.map(({ title }) => title);
  return [line(titles, style.title), ...rows.flatMap((row) => ('across' in row ? across(row, limit) : lines(row)))]
    .map((text) => `${text}\n`)
    .join('');
}

function across({ across: text, dress = String }: Across, limit: number): string[] {
  const indent = /^ */.exec(text)![0];
  const broken = wrap(text.slice(indent.length), limit - indent.length, HANGING);
  return broken.split('\n').map((line) => indent + dress(line));
}

/** The widest column gives way first, each at most down to its longest word. */
function fittingWidths(columns: readonly Column[], rows: readonly Row[], limit: number): number[] {
  const cells = (i: number): string[] => [
    columns[i]!.title,
    ...rows.map((row) => ('across' in row ? '' : (row[i] ?? ''))),
  ];
  const widths = columns.map((_, i) => Math.max(...cells(i).map((cell) => stringWidth(cell))));
  const least = columns.map((_, i) =>
    Math.max(
      ...cells(i)
        .flatMap((cell) => cell.split(' '))
        .map((word) => stringWidth(word)),
    ),
  );
  const used = (): number => widths.reduce((sum, width) => sum + width, 0) + GAP * (columns.length - 1);
  while (used() > limit) {
    const givable = widths.map((width, i) => (width > least[i]! ? width : 0));
    const widest = Math.max(...givable);
    if (widest === 0) break;
    widths[givable.indexOf(widest)]! -= 1;
  }
  return widths;
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
