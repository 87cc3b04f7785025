/** One line to type, at the foot of the screen: checked as it is typed, with a caret under what is wrong. */
import type { App } from '../app/app.js';
import { docked } from '../layout.js';
import { cellWidth } from '../screen/cells.js';
import type { Rect } from '../screen/compose.js';
import type { KeyPress } from '../screen/keys.js';
import { PromptLine, type Completion } from '../screen/prompt-line.js';
import type { Overlay } from './view.js';

export type Check =
  | { readonly ok: true; readonly info: string }
  | {
      readonly ok: false;
      readonly message: string;
      /** 0-based, in UTF-16 units of the line; the end of the line where it is left out. */
      readonly at?: number;
      readonly length?: number;
      readonly suggestion?: string | null;
    };

export interface PromptText {
  readonly title: string;
  readonly label: string;
  readonly initial?: string;
  /** Lines of one kind share a history. */
  readonly history: string;
  readonly check?: (line: string) => Check;
  readonly complete?: (before: string) => Completion;
  /** A line that changed, checked. */
  readonly onChange?: (line: string, check: Check) => void;
  /** Slower than a key: asked once the typing rests; replaces the check's info. */
  readonly measure?: (line: string) => string;
}

const REST_MS = 40;
const ROWS = 3;
const HISTORY_KEPT = 200;
const NOTHING: Completion = { words: [], typed: '' };

export class Prompt implements Overlay {
  readonly mode = 'typing';
  readonly title: string;
  readonly page = 1;
  readonly #line: PromptLine;
  #check: Check;
  #measured: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  #seen: string;

  constructor(
    private readonly app: App,
    private readonly text: PromptText,
    private readonly answer: (line: string | null) => void,
  ) {
    this.title = text.title;
    this.#line = new PromptLine({
      initial: text.initial ?? '',
      history: app.history.get(text.history) ?? [],
      complete: text.complete ?? (() => NOTHING),
      onAccept: (line) => this.#accepted(line),
    });
    this.#seen = this.#line.line;
    this.#check = this.#look();
    this.#rest();
  }

  frame(columns: number, rows: number): Rect {
    return docked(columns, rows, ROWS);
  }

  rows(_height: number, width: number): string[] {
    const { paint } = this.app;
    const skip = this.#skip(width);
    const line = paint
      .line(width)
      .add(` ${this.text.label}`, 'key')
      .add(paint.outside(this.#line.line.slice(skip)));
    return [line.end(), ...this.#below(width, skip)];
  }

  footer(): string {
    return 'enter accept  tab complete  up older  esc back';
  }

  cursor(width: number): { x: number; y: number } {
    const skip = this.#skip(width);
    const before = this.app.paint.outside(this.#line.line.slice(skip, this.#line.cursor));
    return { x: Math.min(width - 1, 1 + cellWidth(this.text.label) + cellWidth(before)), y: 0 };
  }

  typed(key: KeyPress): boolean {
    this.#line.key(key);
    this.#changed();
    return true;
  }

  pasted(text: string): void {
    this.#line.insert(text);
    this.#changed();
  }

  complete(): void {
    if (!this.#check.ok && this.#check.suggestion) this.#take(this.#check);
    else this.#line.key({ name: 'tab', text: '', raw: { sequence: '\t', key: { name: 'tab', sequence: '\t' } } });
    setImmediate(() => this.#changed()); // readline completes in a later turn
  }

  /** Through the history. */
  older(step: 1 | -1): void {
    const name = step === 1 ? 'up' : 'down';
    this.#line.key({ name, text: '', raw: { sequence: undefined, key: { name } } });
    this.#changed();
  }

  move(): void {
    // the line editor has the arrows
  }

  accept(): void {
    this.#line.key({ name: 'enter', text: '', raw: { sequence: '\r', key: { name: 'return', sequence: '\r' } } });
  }

  cancel(): void {
    this.#close();
    this.answer(null);
  }

  #accepted(line: string): void {
    // readline has cleared its line by now; a line that is refused comes back to be mended.
    const check = this.text.check?.(line) ?? { ok: true, info: '' };
    if (!check.ok) {
      this.#line.set(line);
      this.#check = check;
      this.app.touch();
      return;
    }
    this.#remember(line);
    this.#close();
    this.answer(line);
  }

  #remember(line: string): void {
    if (line.trim() === '') return;
    const before = this.app.history.get(this.text.history) ?? [];
    const lines = [line, ...before.filter((old) => old !== line)].slice(0, HISTORY_KEPT);
    this.app.history.set(this.text.history, lines);
  }

  #close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#line.close();
    this.app.overlays.remove(this);
  }

  #changed(): void {
    if (this.app.overlays.front !== this) return;
    if (this.#line.line !== this.#seen) {
      this.#seen = this.#line.line;
      this.#check = this.#look();
      this.#measured = null;
      this.text.onChange?.(this.#seen, this.#check);
      this.#rest();
    }
    this.app.touch();
  }

  #look(): Check {
    return this.text.check?.(this.#line.line) ?? { ok: true, info: '' };
  }

  #rest(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#check.ok || !this.text.measure) return;
      this.#measured = this.text.measure(this.#line.line);
      this.app.touch();
    }, REST_MS);
  }

  #take(check: Check & { ok: false }): void {
    const line = this.#line.line;
    const at = check.at ?? line.length;
    this.#line.set(line.slice(0, at) + (check.suggestion ?? '') + line.slice(at + (check.length ?? 0)));
  }

  #completion(): Completion {
    return this.text.complete?.(this.#line.line.slice(0, this.#line.cursor)) ?? NOTHING;
  }

  /** Characters left out at the left of a line longer than the screen. */
  #skip(width: number): number {
    const room = Math.max(8, width - 3 - cellWidth(this.text.label));
    return Math.max(0, this.#line.cursor - room);
  }

  #below(width: number, skip: number): string[] {
    const { paint } = this.app;
    const words = this.#completion().words.slice(0, 40).join('  ');
    if (this.#check.ok) {
      const info = this.#measured ?? this.#check.info;
      return [
        paint
          .line(width)
          .add(` ${paint.outside(info)}`, 'ok')
          .end(),
        paint
          .line(width)
          .add(` ${paint.outside(words)}`, 'dim')
          .end(),
      ];
    }
    const { message, at = this.#line.line.length, length = 1 } = this.#check;
    const left =
      1 + cellWidth(this.text.label) + cellWidth(paint.outside(this.#line.line.slice(skip, Math.max(skip, at))));
    return [
      paint
        .line(width)
        .add(' '.repeat(Math.min(left, width - 1)))
        .add(paint.glyphs.caret.repeat(Math.max(1, length)), 'error')
        .end(),
      paint
        .line(width)
        .add(` ${paint.outside(message)}`, 'error')
        .end(),
    ];
  }
}
