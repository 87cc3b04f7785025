/** A few things to choose from, each with its letter; one that cannot be had is greyed with its reason. */
import type { App } from '../faces.js';
import { centred } from '../layout.js';
import { Scroll } from '../model/scroll.js';
import type { Rect } from '../screen/compose.js';
import type { KeyPress } from '../screen/keys.js';
import type { Overlay } from './view.js';

export interface MenuItem<T> {
  readonly key: string;
  readonly title: string;
  readonly value: T;
  /** Why not, or ''. */
  readonly refused?: string;
  /** More about it, to the right. */
  readonly note?: string;
}

export interface MenuText<T> {
  readonly title: string;
  readonly items: readonly MenuItem<T>[];
  /** Rows under the list about the item in focus. */
  readonly below?: (item: MenuItem<T>, width: number) => readonly string[];
  readonly belowRows?: number;
  readonly width?: number;
}

export class Menu<T> implements Overlay {
  readonly mode = 'list';
  readonly title: string;
  readonly #scroll = new Scroll();

  constructor(
    private readonly app: App,
    private readonly menu: MenuText<T>,
    private readonly answer: (value: T | null) => void,
  ) {
    this.title = menu.title;
  }

  frame(columns: number, rows: number): Rect {
    const below = this.menu.belowRows === undefined ? 0 : this.menu.belowRows + 1;
    return centred(columns, rows, Math.min(this.menu.width ?? 64, columns - 4), this.menu.items.length + below);
  }

  rows(height: number, width: number): string[] {
    const { paint } = this.app;
    const { items, below, belowRows = 0 } = this.menu;
    const listHeight = Math.max(1, Math.min(items.length, height - (below ? belowRows + 1 : 0)));
    this.#scroll.show(listHeight, items.length);
    const list = items.slice(this.#scroll.top, this.#scroll.top + listHeight).map((item, i) => {
      const focused = this.#scroll.top + i === this.#scroll.focus;
      const ok = !item.refused;
      const line = paint.line(width, focused ? 'selected' : 'plain').add(focused ? paint.glyphs.focus : ' ', 'key');
      line.add(` ${item.key} `, ok ? 'key' : 'off').add(` ${paint.outside(item.title)}`, ok ? 'plain' : 'off');
      if (!ok) line.add(`  ${paint.outside(item.refused ?? '')}`, 'off');
      else if (item.note) line.add(`  ${paint.outside(item.note)}`, 'dim');
      return line.end();
    });
    const focused = items[this.#scroll.focus];
    if (!below || !focused) return list;
    return [
      ...list,
      paint.line(width).fill(paint.glyphs.horizontal, 'frame').end(),
      ...below(focused, width).slice(0, belowRows),
    ];
  }

  footer(): string {
    return 'enter choose  esc back';
  }

  get page(): number {
    return this.#scroll.page;
  }

  move(delta: number): void {
    this.#scroll.move(delta, this.menu.items.length);
    this.app.touch();
  }

  click(row: number): void {
    if (this.#scroll.top + row >= this.menu.items.length) return;
    this.#scroll.to(this.#scroll.top + row, this.menu.items.length);
    this.app.touch();
  }

  /** A click twice on a row. */
  open(): void {
    this.accept();
  }

  typed(key: KeyPress): boolean {
    const at = this.menu.items.findIndex((item) => item.key === key.name);
    if (at < 0) return false;
    this.#scroll.to(at, this.menu.items.length);
    this.accept();
    return true;
  }

  accept(): void {
    const item = this.menu.items[this.#scroll.focus];
    if (!item) return;
    if (item.refused) {
      this.app.say(item.refused, 'warn');
      return;
    }
    this.app.overlays.remove(this);
    this.answer(item.value);
  }

  cancel(): void {
    this.app.overlays.remove(this);
    this.answer(null);
  }
}
