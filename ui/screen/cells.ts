/** Widths in terminal cells, not characters. */
import sliceAnsi from 'slice-ansi';
import stringWidth from 'string-width';

// ASCII and the one-cell signs we draw with: the fast way, for nearly all that is ever measured.
const NARROW = /^[\x20-\x7e\u00b5\u00b7\u2014\u2026\u2190-\u2193\u2500-\u259f\u25c6\u25cf]*$/;

export function cellWidth(text: string): number {
  return NARROW.test(text) ? text.length : stringWidth(text);
}

/** At most `width` cells; a cut is shown by `ellipsis`. */
export function cut(text: string, width: number, ellipsis = '…'): string {
  if (width <= 0) return '';
  if (NARROW.test(text)) return text.length <= width ? text : text.slice(0, width - 1) + ellipsis;
  return stringWidth(text) <= width ? text : sliceAnsi(text, 0, width - 1) + ellipsis;
}

/** Exactly `width` cells. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left', ellipsis = '…'): string {
  const short = cut(text, width, ellipsis);
  const pad = ' '.repeat(Math.max(0, width - cellWidth(short)));
  return align === 'left' ? short + pad : pad + short;
}
