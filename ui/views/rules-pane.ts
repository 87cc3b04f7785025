/** Pane 2: what answers, in the order in which it is asked: the hold, the rules, the default. */
import type { App } from '../faces.js';
import type { Answerer } from '../model/answerers.js';
import { TallScroll } from '../model/tall-scroll.js';
import { count, plural } from '../rows/format.js';
import { rulesTable } from '../rows/rules.js';
import { TextDialog } from './text-dialog.js';
import type { View } from './view.js';

export class RulesPane implements View {
  readonly title = 'Rules';
  readonly #scroll = new TallScroll();

  constructor(private readonly app: App) {}

  get focused(): Answerer | null {
    return this.#list()[this.#scroll.focus] ?? null;
  }

  rows(height: number, width: number): string[] {
    const { paint } = this.app;
    const list = this.#list();
    this.#scroll.show(Math.max(1, height - 1), list.length);
    const active = this.app.state.focus === 2;
    const { header, entries } = rulesTable(list, this.#scroll.focus, active, width, paint);
    return [header, ...this.#scroll.window(entries, height - 1)];
  }

  footer(): string {
    const { length } = this.app.at.session.rules.list();
    return length === 0 ? 'first match wins' : `${plural(length, 'rule')}, first match wins`;
  }

  get page(): number {
    return this.#scroll.page;
  }

  move(delta: number): void {
    this.#scroll.move(delta, this.#list().length);
    this.app.touch();
  }

  /** To the rule of this id, once it stands there. */
  focusOn(id: number): void {
    const list = this.#list();
    const at = list.findIndex((one) => one.as === 'rule' && one.rule.id === id);
    if (at >= 0) this.#scroll.to(at, list.length);
    this.app.touch();
  }

  click(row: number): void {
    this.#scroll.click(row - 1, this.#list().length); // behind the titles
    this.app.touch();
  }

  /** Enter: all of it. */
  open(): void {
    const { focused, app } = this;
    if (focused?.as !== 'rule') return;
    const { id, text, on, matched, acted } = focused.rule;
    const counts = `${on ? 'On' : 'Off'}. Its filter took ${plural(matched, 'fault')}, it acted on ${count(acted)}.`;
    const odd = focused.odd === '' ? [] : ['', `Mind: ${focused.odd}.`];
    app.overlays.open(new TextDialog(app, `Rule ${id}`, [text, '', counts, ...odd]));
  }

  #list(): Answerer[] {
    return this.app.at.answerers.list(this.app.at.snapshot);
  }
}
