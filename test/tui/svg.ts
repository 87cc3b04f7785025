/** The emulator's screen as a picture: what docs/pictures holds. */
import type { IBufferCell } from '@xterm/headless';
import type { Terminal } from './harness.js';

const CELL_WIDTH = 8.4;
const CELL_HEIGHT = 18;
const PAD = 12;
const BACKGROUND = '#16181d';
const FOREGROUND = '#d6d9e0';
/** The sixteen, as a dark terminal has them. */
const PALETTE = [
  '#2b2f38', '#e06c6c', '#8cc570', '#dfb866', '#6c9ce0', '#bf83d6', '#5fb8b8', '#c4c8d0',
  '#6a7080', '#ff8a80', '#a5e08a', '#f5d283', '#8ab4f8', '#d7a1ea', '#7cd6d6', '#ffffff',
]; // prettier-ignore

export function svgOf(terminal: Terminal, title: string): string {
  const { cols, rows } = terminal.emulator;
  const width = Math.ceil(cols * CELL_WIDTH + PAD * 2);
  const height = rows * CELL_HEIGHT + PAD * 2;
  const lines = Array.from({ length: rows }, (_, y) => row(terminal, y, cols)).join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escape(title)}</title>
<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" xml:space="preserve" fill="${FOREGROUND}">
${lines}
</g>
</svg>
`;
}

interface Run {
  x: number;
  cells: number;
  text: string;
  style: Style;
}

interface Style {
  readonly color: string;
  readonly back: string | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly underline: boolean;
}

function row(terminal: Terminal, y: number, cols: number): string {
  const runs: Run[] = [];
  for (let x = 0; x < cols; x++) {
    const cell = terminal.cell(x, y);
    if (!cell || cell.getWidth() === 0) continue;
    const style = styleOf(cell);
    const last = runs.at(-1);
    const chars = cell.getChars() || ' ';
    if (last && JSON.stringify(last.style) === JSON.stringify(style)) {
      last.text += chars;
      last.cells += cell.getWidth();
    } else runs.push({ x, cells: cell.getWidth(), text: chars, style });
  }
  return runs.map((run) => drawRun(run, y)).join('');
}

function drawRun({ x, cells, text, style }: Run, y: number): string {
  const left = (PAD + x * CELL_WIDTH).toFixed(1);
  const top = PAD + y * CELL_HEIGHT;
  const wide = (cells * CELL_WIDTH).toFixed(1);
  const back =
    style.back === null
      ? ''
      : `<rect x="${left}" y="${top}" width="${wide}" height="${CELL_HEIGHT}" fill="${style.back}"/>`;
  if (text.trim() === '') return back;
  const looks = [
    style.color === FOREGROUND ? '' : ` fill="${style.color}"`,
    style.bold ? ' font-weight="700"' : '',
    style.dim ? ' opacity="0.6"' : '',
    style.underline ? ' text-decoration="underline"' : '',
  ].join('');
  return `${back}<text x="${left}" y="${top + 13.5}" textLength="${wide}" lengthAdjust="spacingAndGlyphs"${looks}>${escape(text)}</text>`;
}

function styleOf(cell: IBufferCell): Style {
  let color = colorOf(cell.getFgColorMode(), cell.getFgColor()) ?? FOREGROUND;
  let back = colorOf(cell.getBgColorMode(), cell.getBgColor());
  if (cell.isInverse()) [color, back] = [back ?? BACKGROUND, color];
  return { color, back, bold: cell.isBold() !== 0, dim: cell.isDim() !== 0, underline: cell.isUnderline() !== 0 };
}

/** xterm.js: mode 0 default, 1<<24 the sixteen, 2<<24 the 256, 3<<24 true colour. */
function colorOf(mode: number, color: number): string | null {
  switch (mode >> 24) {
    case 1:
    case 2:
      return PALETTE[color] ?? FOREGROUND;
    case 3:
      return `#${color.toString(16).padStart(6, '0')}`;
    default:
      return null;
  }
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
