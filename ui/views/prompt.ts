/** One line to type, at the foot of the screen: checked as it is typed, with a caret under what is wrong. */
import type { App } from '../faces.js';
import { docked } from '../layout.js';
import { cursorCell, promptRows } from '../rows/prompt.js';
import type { Rect } from '../screen/compose.js';
import type { KeyPress } from '../screen/keys.js';
import { PromptLine, type Completion } from '../screen/prompt-line.js';
import type { Check, PromptText } from './prompt-text.js';
import type { Overlay } from './view.js';

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
  /** What stands there was put there by us and nothing has been done to it: what is typed takes its place. */
  #suggested: boolean;

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
    this.#suggested = this.#seen !== '' && text.goesOn !== true;
    this.#check = this.#look();
    this.#rest();
  }

  frame(columns: number, rows: number): Rect {
    return docked(columns, rows, ROWS);
  }

  rows(_height: number, width: number): string[] {
    const info = this.#check.ok ? (this.#measured ?? this.#check.info) : '';
    const words = this.#suggested ? [] : this.#completion().words;
    const typed = { ...this.#typed, check: this.#check, info, words, suggested: this.#suggested };
    return promptRows(typed, width, this.app.paint);
  }

  footer(): string {
    if (this.#suggested) return 'enter take it  type replaces it  space adds to it  ctrl-u clears  esc back';
    return 'enter accept  tab complete  up older  ctrl-u clear  esc back';
  }

  cursor(width: number): { x: number; y: number } {
    return { x: cursorCell(this.#typed, width, this.app.paint), y: 0 };
  }

  typed(key: KeyPress): boolean {
    // A blank begins no line: it says that more is to come after what stands there.
    if (key.text !== '' && key.text !== ' ') this.#makeWay();
    this.#suggested = false;
    this.#line.key(key);
    this.#changed();
    return true;
  }

  pasted(text: string): void {
    this.#makeWay();
    this.#line.insert(text);
    this.#changed();
  }

  complete(): void {
    this.#suggested = false;
    if (!this.#check.ok && this.#check.suggestion) this.#take(this.#check);
    else this.#line.key({ name: 'tab', text: '', raw: { sequence: '\t', key: { name: 'tab', sequence: '\t' } } });
    setImmediate(() => this.#changed()); // readline completes in a later turn
  }

  /** Through the history. */
  older(step: 1 | -1): void {
    this.#suggested = false;
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

  #makeWay(): void {
    if (this.#suggested) this.#line.set('');
    this.#suggested = false;
  }

  #accepted(line: string): void {
    // readline has cleared its line by now; a line that is refused comes back to be mended.
    const check = this.text.check?.(line) ?? { ok: true, info: '' };
    if (!check.ok) {
      this.#line.set(line);
      this.#suggested = false;
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

  get #typed(): { label: string; line: string; cursor: number } {
    return { label: this.text.label, line: this.#line.line, cursor: this.#line.cursor };
  }
}
