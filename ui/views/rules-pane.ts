/** Pane 2: what answers, in the order in which it is asked: the hold, the rules, the default. */
import type { App } from '../faces.js';
import type { Answerer } from '../model/answerers.js';
import { Scroll } from '../model/scroll.js';
import { count, plural } from '../rows/format.js';
import { rulesTable } from '../rows/rules.js';
import { TextDialog } from './text-dialog.js';
import type { View } from './view.js';

export class RulesPane implements View {
  readonly title = 'Rules';
  readonly #scroll = new Scroll();
  /** Which entry stands in each row that is shown. */
  #shown: number[] = [];

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
    // A reason takes a row more: those above the focus give way until all of it is in sight.
    let { top } = this.#scroll;
    const { focus } = this.#scroll;
    while (top < focus && entries.slice(top, focus + 1).flat().length > height - 1) top++;
    this.#shown = entries.slice(top).flatMap((rows, i) => rows.map(() => top + i));
    return [header, ...entries.slice(top).flat()].slice(0, height);
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
    const at = this.#shown[row - 1];
    if (at !== undefined) this.#scroll.to(at, this.#list().length);
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
