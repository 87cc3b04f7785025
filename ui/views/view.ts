/** What a pane and a dialog can do; the commands only know this. */
import type { KeyPress } from '../screen/keys.js';
import type { Rect } from '../screen/compose.js';
import type { Mode } from '../commands/modes.js';

export interface View {
  readonly title: string;
  /** Rows of exactly `width` cells, at most `height`. */
  rows(height: number, width: number): readonly string[];
  /** Stands in the lower frame. */
  footer(): string;
  /** By rows; ±Infinity to an end. */
  move(delta: number): void;
  readonly page: number;
  side?(delta: -1 | 1): void;
  open?(): void;
  click?(row: number, column: number): void;
  /** The wheel; `move` where it is missing. */
  scroll?(delta: number): void;
}

export interface Overlay extends View {
  readonly mode: Mode;
  frame(columns: number, rows: number): Rect;
  /** Where the terminal's cursor stands, inside the frame. */
  cursor?(width: number): { readonly x: number; readonly y: number } | null;
  /** First chance at a key; true when it was taken. */
  typed?(key: KeyPress): boolean;
  pasted?(text: string): void;
  /** Commands its hint bar names, where the mode's own do not fit. */
  readonly hints?: readonly string[];
  accept(): void;
  /** Closed without an answer. */
  cancel(): void;
}
