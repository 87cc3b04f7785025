/** Widths in terminal cells, not characters. */
import sliceAnsi from 'slice-ansi';
import stringWidth from 'string-width';

// ASCII and the one-cell signs we draw with: the fast way, for nearly all that is ever measured.
const NARROW = /^[\x20-\x7e\u00b5\u00b7\u2014\u2026\u2190-\u2193\u2500-\u259f\u25c6\u25cf]*$/;
const NARROW_STYLED = /^(?:[\x20-\x7e\u00b5\u00b7\u2014\u2026\u2190-\u2193\u2500-\u259f\u25c6\u25cf]|\x1b\[[\d;]*m)*$/;
const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

export function cellWidth(text: string): number {
  return NARROW.test(text) ? text.length : stringWidth(text);
}

/** At most `width` cells of text without styles; a cut is shown by `ellipsis`. */
export function cut(text: string, width: number, ellipsis = '…'): string {
  if (width <= 0) return '';
  if (NARROW.test(text)) return text.length <= width ? text : text.slice(0, width - 1) + ellipsis;
  if (stringWidth(text) <= width) return text;
  let short = '';
  let used = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    const cells = stringWidth(segment);
    if (used + cells > width - 1) break;
    short += segment;
    used += cells;
  }
  return short + ellipsis;
}

/** Exactly `width` cells. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left', ellipsis = '…'): string {
  const short = cut(text, width, ellipsis);
  const pad = ' '.repeat(Math.max(0, width - cellWidth(short)));
  return align === 'left' ? short + pad : pad + short;
}

/** Cells [from, to) of a styled row. Of a wide character that lies across an edge a blank is left. */
export function sliceCells(row: string, from: number, to: number): string {
  if (NARROW_STYLED.test(row)) return sliceAnsi(row, from, to);
  const acrossStart = from > 0 && stringWidth(sliceAnsi(row, 0, from)) > from;
  const acrossEnd = stringWidth(sliceAnsi(row, 0, to)) > to;
  const inner = sliceAnsi(row, from + (acrossStart ? 1 : 0), to - (acrossEnd ? 1 : 0));
  return (acrossStart ? ' ' : '') + inner + (acrossEnd ? ' ' : '');
}

/** Words to rows of at most `width` cells; a longer word is cut by the line that draws it. */
export function wrapWords(text: string, width: number): string[] {
  const rows: string[] = [];
  let row = '';
  for (const word of text.split(' ')) {
    if (row !== '' && cellWidth(row) + 1 + cellWidth(word) > width) {
      rows.push(row);
      row = word;
    } else row = row === '' ? word : `${row} ${word}`;
  }
  rows.push(row);
  return rows;
}
