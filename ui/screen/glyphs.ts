/** The signs that screens are drawn with, in a set for UTF-8 terminals and one for all others. */

export interface Glyphs {
  readonly corner: readonly [topLeft: string, topRight: string, bottomLeft: string, bottomRight: string];
  readonly horizontal: string;
  readonly vertical: string;
  readonly focus: string;
  readonly mark: string;
  readonly held: string;
  readonly ellipsis: string;
  readonly dot: string;
  readonly dash: string;
  readonly up: string;
  readonly down: string;
  readonly arrow: string;
  readonly micro: string;
  readonly caret: string;
  /** Eight heights, lowest first. */
  readonly spark: readonly string[];
  /** Shares of a cell of the page map: nothing, some, half, most, all. */
  readonly fill: readonly [string, string, string, string, string];
}

export const UNICODE: Glyphs = {
  corner: ['╭', '╮', '╰', '╯'],
  horizontal: '─',
  vertical: '│',
  focus: '▌',
  mark: '●',
  held: '◆',
  ellipsis: '…',
  dot: '·',
  dash: '—',
  up: '↑',
  down: '↓',
  arrow: '→',
  micro: 'µ',
  caret: '^',
  spark: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  fill: ['·', '░', '▒', '▓', '█'],
};

export const ASCII: Glyphs = {
  corner: ['+', '+', '+', '+'],
  horizontal: '-',
  vertical: '|',
  focus: '>',
  mark: '*',
  held: '!',
  ellipsis: '~',
  dot: '.',
  dash: '-',
  up: '^',
  down: 'v',
  arrow: '>',
  micro: 'u',
  caret: '^',
  spark: ['_', '_', '.', '.', '-', '-', '=', '#'],
  fill: ['.', '-', '+', '%', '#'],
};

/** The first of LC_ALL, LC_CTYPE and LANG that is set decides, as in setlocale(3); none is the C locale. */
export function isUtf8Locale(env: NodeJS.ProcessEnv): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return /utf-?8/i.test(locale);
}
