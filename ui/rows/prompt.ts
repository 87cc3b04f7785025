/** A line being typed: the line, then what is wrong with it and where, or what it would do and how it could go on. */
import { cellWidth } from '../screen/cells.js';
import type { Paint } from '../screen/paint.js';
import type { Check } from '../views/prompt-text.js';

export interface TypedLine {
  readonly label: string;
  readonly line: string;
  /** In UTF-16 units of the line. */
  readonly cursor: number;
  readonly check: Check;
  /** Said of a line that can be taken. */
  readonly info: string;
  readonly words: readonly string[];
  /** The line is a suggestion, which the first character typed replaces. */
  readonly suggested: boolean;
}

const WORDS_SHOWN = 40;

/** Characters left out at the left of a line that is longer than the screen. */
export function skipped(typed: Pick<TypedLine, 'label' | 'cursor'>, width: number): number {
  const room = Math.max(8, width - 3 - cellWidth(typed.label));
  return Math.max(0, typed.cursor - room);
}

/** The cell of the cursor in the first row. */
export function cursorCell(typed: Pick<TypedLine, 'label' | 'line' | 'cursor'>, width: number, paint: Paint): number {
  const before = paint.outside(typed.line.slice(skipped(typed, width), typed.cursor));
  return Math.min(width - 1, 1 + cellWidth(typed.label) + cellWidth(before));
}

export function promptRows(typed: TypedLine, width: number, paint: Paint): string[] {
  const skip = skipped(typed, width);
  const line = paint
    .line(width)
    .add(` ${typed.label}`, 'key')
    .add(paint.outside(typed.line.slice(skip)), typed.suggested ? 'selected' : 'plain')
    .end();
  if (typed.check.ok) {
    const words = typed.words.slice(0, WORDS_SHOWN).join('  ');
    return [
      line,
      paint
        .line(width)
        .add(` ${paint.outside(typed.info)}`, 'ok')
        .end(),
      paint
        .line(width)
        .add(` ${paint.outside(words)}`, 'dim')
        .end(),
    ];
  }
  const { message, at = typed.line.length, length = 1 } = typed.check;
  const before = paint.outside(typed.line.slice(skip, Math.max(skip, at)));
  const left = Math.min(width - 1, 1 + cellWidth(typed.label) + cellWidth(before));
  const carets = paint.glyphs.caret.repeat(Math.max(1, length));
  return [
    line,
    paint.line(width).add(' '.repeat(left)).add(carets, 'error').end(),
    paint
      .line(width)
      .add(` ${paint.outside(message)}`, 'error')
      .end(),
  ];
}
