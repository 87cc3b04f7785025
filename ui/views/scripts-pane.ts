/** Pane 2, its other tab: the scripts, in the order in which they are asked. */
import type { ScriptNote, ScriptRow } from '../../native/session/script/scripts.js';
import type { App } from '../faces.js';
import { TallScroll } from '../model/tall-scroll.js';
import { plural } from '../rows/format.js';
import { scriptsTable, scriptText } from '../rows/scripts.js';
import { wrapWords } from '../screen/cells.js';
import { TextDialog } from './text-dialog.js';
import type { View } from './view.js';

const RECORDED = 'a recording names the scripts that answered; their counts and words are not in it';
const EMPTY = 'no script is loaded: L takes one from a file, --script FILE does so from the start';
const NOTES_SHOWN = 200;

export class ScriptsPane implements View {
  readonly title = 'Scripts';
  readonly #scroll = new TallScroll();

  constructor(private readonly app: App) {}

  get focused(): ScriptRow | null {
    return this.#list()[this.#scroll.focus] ?? null;
  }

  focusOn(id: number): void {
    const list = this.#list();
    const at = list.findIndex((one) => one.id === id);
    if (at >= 0) this.#scroll.to(at, list.length);
    this.app.touch();
  }

  rows(height: number, width: number): string[] {
    const { paint } = this.app;
    const scripts = this.#list();
    if (scripts.length === 0)
      return wrapWords(this.app.at.player ? RECORDED : EMPTY, width - 3)
        .slice(0, height)
        .map((text) => paint.line(width).add('  ').add(paint.own(text), 'dim').end());
    this.#scroll.show(Math.max(1, height - 1), scripts.length);
    const { focus } = this.#scroll;
    const active = this.app.state.focus === 2;
    const table = { scripts, focus, active, notes: this.#notes(scripts[focus]) };
    const { header, entries } = scriptsTable(table, height, width, paint);
    return [header, ...this.#scroll.window(entries, height - 1)];
  }

  footer(): string {
    const list = this.#list();
    const out = list.filter(({ state }) => state !== 'on' && state !== 'loading').length;
    if (list.length === 0) return '';
    return `${plural(list.length, 'script')}${out > 0 ? `, ${out} not asked` : ', asked in this order'}`;
  }

  get page(): number {
    return this.#scroll.page;
  }

  move(delta: number): void {
    this.#scroll.move(delta, this.#list().length);
    this.app.touch();
  }

  click(row: number): void {
    this.#scroll.click(row - 1, this.#list().length); // behind the titles
    this.app.touch();
  }

  /** Enter: all of it. */
  open(): void {
    const { focused, app } = this;
    if (focused === null) return;
    const lines = scriptText(focused, this.#notes(focused), app.paint.glyphs.micro);
    app.overlays.open(new TextDialog(app, `Script ${focused.name}`, lines, 100));
  }

  #list(): readonly ScriptRow[] {
    return this.app.at.session.scripts.list();
  }

  #notes(script: ScriptRow | undefined): readonly ScriptNote[] {
    if (script === undefined) return [];
    return this.app.at.session.scripts
      .notes()
      .filter((note) => note.script === script.id)
      .slice(-NOTES_SHOWN);
  }
}
