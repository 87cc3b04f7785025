/** ctrl-p: every command by name, found by a few letters; what cannot be done now is greyed with its reason. */
import type { App, Command } from '../faces.js';
import type { Verdict } from '../commands/modes.js';
import { fuzzyScore } from '../commands/fuzzy.js';
import { centred } from '../layout.js';
import { Scroll } from '../model/scroll.js';
import { cellWidth } from '../screen/cells.js';
import type { Rect } from '../screen/compose.js';
import type { KeyPress } from '../screen/keys.js';
import { PromptLine } from '../screen/prompt-line.js';
import type { Overlay } from './view.js';

interface Entry {
  readonly command: Command;
  readonly verdict: Verdict;
}

export class Palette implements Overlay {
  readonly mode = 'typing';
  readonly title = 'Commands';
  readonly hints = ['dialog.accept', 'dialog.close', 'panic.release'];
  readonly #line: PromptLine;
  readonly #scroll = new Scroll();

  constructor(
    private readonly app: App,
    private readonly commands: readonly Command[],
    private readonly verdict: (command: Command) => Verdict,
    private readonly answer: (command: Command | null) => void,
  ) {
    this.#line = new PromptLine({
      initial: '',
      history: [],
      complete: () => ({ words: [], typed: '' }),
      onAccept: () => undefined,
    });
  }

  frame(columns: number, rows: number): Rect {
    return centred(columns, rows, Math.min(86, columns - 6), Math.min(24, rows - 4));
  }

  rows(height: number, width: number): string[] {
    const { paint } = this.app;
    const entries = this.#entries();
    this.#scroll.show(height - 1, entries.length);
    const input = paint.line(width).add(' > ', 'key').add(paint.outside(this.#line.line)).end();
    const list = entries.slice(this.#scroll.top, this.#scroll.top + height - 1).map(({ command, verdict }, i) => {
      const focused = this.#scroll.top + i === this.#scroll.focus;
      const line = paint.line(width, focused ? 'selected' : 'plain').add(focused ? paint.glyphs.focus : ' ', 'key');
      line.column(command.name, 20, verdict.ok ? 'key' : 'off');
      line.column(this.app.keymap.keysOf(command.name).slice(0, 2).join(' '), 9, 'label');
      if (verdict.ok) line.add(paint.own(command.help));
      else line.add(paint.outside(verdict.reason), 'off');
      return line.end();
    });
    return [input, ...list];
  }

  footer(): string {
    return `${this.#entries().length} commands`;
  }

  cursor(width: number): { x: number; y: number } {
    return { x: Math.min(width - 1, 3 + cellWidth(this.#line.line.slice(0, this.#line.cursor))), y: 0 };
  }

  get page(): number {
    return this.#scroll.page;
  }

  move(delta: number): void {
    this.#scroll.move(delta, this.#entries().length);
    this.app.touch();
  }

  older(step: 1 | -1): void {
    this.move(-step);
  }

  click(row: number): void {
    if (row > 0) this.#scroll.to(this.#scroll.top + row - 1, this.#entries().length);
    this.app.touch();
  }

  open(): void {
    this.accept();
  }

  typed(key: KeyPress): boolean {
    this.#line.key(key);
    if (key.text !== '' || key.name === 'backspace') this.#scroll.to(0, 1);
    this.app.touch();
    return true;
  }

  pasted(text: string): void {
    this.#line.insert(text);
    this.app.touch();
  }

  accept(): void {
    const entry = this.#entries()[this.#scroll.focus];
    if (!entry) return;
    if (!entry.verdict.ok) {
      this.app.say(entry.verdict.reason, 'warn');
      return;
    }
    this.#close();
    this.answer(entry.command);
  }

  cancel(): void {
    this.#close();
    this.answer(null);
  }

  #close(): void {
    this.#line.close();
    this.app.overlays.remove(this);
  }

  #entries(): Entry[] {
    return this.commands
      .map((command) => ({ command, score: fuzzyScore(this.#line.line, command) }))
      .filter((entry): entry is { command: Command; score: number } => entry.score !== null)
      .toSorted((a, b) => b.score - a.score)
      .map(({ command }) => ({ command, verdict: this.verdict(command) }));
  }
}
