/** Rows to read: help, keys, a long line in full. */
import type { App } from '../faces.js';
import { centred } from '../layout.js';
import { wrapWords } from '../screen/cells.js';
import type { Rect } from '../screen/compose.js';
import type { Role } from '../screen/theme.js';
import type { Overlay } from './view.js';

export type TextLine = string | readonly (readonly [text: string, role: Role])[];

export class TextDialog implements Overlay {
  readonly mode = 'list';
  readonly hints = ['nav.down', 'nav.up', 'nav.page-down', 'nav.back'];
  #top = 0;
  #height = 1;

  constructor(
    private readonly app: App,
    readonly title: string,
    private readonly lines: readonly TextLine[],
    private readonly width = 76,
  ) {}

  frame(columns: number, rows: number): Rect {
    const width = Math.min(columns - 4, this.width);
    return centred(columns, rows, width, this.#wrapped(width).length);
  }

  rows(height: number, width: number): string[] {
    const lines = this.#wrapped(width);
    this.#height = Math.max(1, height);
    this.#top = Math.max(0, Math.min(this.#top, lines.length - height));
    return lines.slice(this.#top, this.#top + height).map((parts) => {
      const line = this.app.paint.line(width);
      for (const [text, role] of parts) line.add(this.app.paint.outside(text), role);
      return line.end();
    });
  }

  footer(): string {
    return 'j k scroll  q close';
  }

  get page(): number {
    return Math.max(1, this.#height - 1);
  }

  move(delta: number): void {
    this.#top = delta === Infinity ? 1e9 : delta === -Infinity ? 0 : Math.max(0, this.#top + delta);
    this.app.touch();
  }

  accept(): void {
    this.cancel();
  }

  cancel(): void {
    this.app.overlays.remove(this);
  }

  #wrapped(width: number): (readonly (readonly [string, Role])[])[] {
    return this.lines.flatMap((line) =>
      typeof line === 'string' ? wrapWords(line, width).map((row) => [[row, 'plain'] as const]) : [line],
    );
  }
}
