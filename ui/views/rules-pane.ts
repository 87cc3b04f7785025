/** Pane 2: what answers. Rules of one's own come with rules; the hold and the default are here. */
import type { App } from '../faces.js';
import { Scroll } from '../model/scroll.js';
import { ruleRows, ruleTable } from '../rows/rules.js';
import type { View } from './view.js';

export class RulesPane implements View {
  readonly title = 'Rules';
  readonly #scroll = new Scroll();

  constructor(private readonly app: App) {}

  rows(height: number, width: number): string[] {
    const table = this.#table();
    this.#scroll.show(height - 1, table.length);
    return ruleRows(table, this.#scroll.focus, this.app.state.focus === 2, height, width, this.app.paint);
  }

  footer(): string {
    return 'first match wins';
  }

  get page(): number {
    return this.#scroll.page;
  }

  move(delta: number): void {
    this.#scroll.move(delta, this.#table().length);
    this.app.touch();
  }

  click(row: number): void {
    this.#scroll.to(row - 1, this.#table().length);
    this.app.touch();
  }

  #table(): ReturnType<typeof ruleTable> {
    return ruleTable(this.app.at.session, this.app.at.snapshot);
  }
}
