/** Pane 3: what happened to the target, newest first; and what was done here. */
import type { App } from '../faces.js';
import { Scroll } from '../model/scroll.js';
import { eventRows, logRows } from '../rows/events.js';
import type { LineLook } from '../rows/events.js';
import { plural } from '../rows/format.js';
import { TextDialog } from './text-dialog.js';
import type { View } from './view.js';

/** A list whose entries take as many rows as they need. */
abstract class Lines implements View {
  abstract readonly title: string;
  abstract readonly empty: string;
  readonly #scroll = new Scroll();
  /** Which entry stands in each row that is shown. */
  #shown: number[] = [];

  constructor(protected readonly app: App) {}

  abstract footer(): string;
  protected abstract get length(): number;
  /** At most `max` entries from the `skip`th newest on, each as its rows. */
  protected abstract entries(
    skip: number,
    max: number,
    draw: { readonly look: (index: number) => LineLook; readonly width: number },
  ): string[][];
  /** What enter shows of an entry. */
  protected abstract inFull(index: number): { readonly title: string; readonly lines: string[] } | null;

  get focus(): number {
    return this.#scroll.focus;
  }

  rows(height: number, width: number): string[] {
    const { length } = this;
    this.#scroll.show(height, length);
    if (length === 0) return [this.app.paint.line(width).add(`  ${this.empty}`, 'dim').end()];
    const active = this.app.state.focus === 3;
    const look = (index: number): LineLook => ({ focused: index === this.#scroll.focus, active });
    const entries = this.entries(this.#scroll.top, height, { look, width });
    // Those above the focus give way until all of it is in sight.
    let skipped = 0;
    const toFocus = this.#scroll.focus - this.#scroll.top;
    const rowsTo = (): number => entries.slice(skipped, toFocus + 1).reduce((sum, rows) => sum + rows.length, 0);
    while (skipped < toFocus && rowsTo() > height) skipped++;
    const top = this.#scroll.top + skipped;
    const shown = entries.slice(skipped);
    this.#shown = shown.flatMap((rows, i) => rows.map(() => top + i)).slice(0, height);
    return shown.flat().slice(0, height);
  }

  get page(): number {
    return this.#scroll.page;
  }

  move(delta: number): void {
    this.#scroll.move(delta, this.length);
    this.app.touch();
  }

  click(row: number): void {
    const index = this.#shown[row];
    if (index !== undefined) this.#scroll.to(index, this.length);
    this.app.touch();
  }

  open(): void {
    const full = this.inFull(this.#scroll.focus);
    if (full) this.app.overlays.open(new TextDialog(this.app, full.title, full.lines));
  }
}

export class EventsPane extends Lines {
  readonly title = 'Events';
  readonly empty = 'nothing yet';

  protected get length(): number {
    return this.app.at.snapshot.events;
  }

  protected entries(skip: number, max: number, draw: { look: (index: number) => LineLook; width: number }): string[][] {
    return this.#newestFirst(skip, max).map((event, i) =>
      eventRows(event, draw.look(skip + i), draw.width, this.app.paint),
    );
  }

  footer(): string {
    return this.focus === 0 ? 'newest first' : `${this.focus + 1} of ${this.length}`;
  }

  protected inFull(index: number): { title: string; lines: string[] } | null {
    const [event] = this.#newestFirst(index, 1);
    if (!event) return null;
    return {
      title: `Event ${event.index}`,
      lines: [event.pid === 0 ? event.type : `${event.type}, process ${event.pid}`, event.detail],
    };
  }

  #newestFirst(skip: number, max: number): ReturnType<App['at']['session']['events']> {
    const to = this.length - skip;
    const before = Math.max(0, to - max);
    // They are numbered from 1.
    return this.app.at.session.events(before + 1, to - before).toReversed();
  }
}

export class LogPane extends Lines {
  readonly title = 'Log';
  readonly empty = 'nothing done yet';

  protected get length(): number {
    return this.app.at.log.length;
  }

  protected entries(skip: number, max: number, draw: { look: (index: number) => LineLook; width: number }): string[][] {
    const lines = this.app.at.log.slice(skip, skip + max);
    return lines.map((line, i) => logRows(line, draw.look(skip + i), draw.width, this.app.paint));
  }

  footer(): string {
    return plural(this.length, 'line');
  }

  protected inFull(index: number): { title: string; lines: string[] } | null {
    const line = this.app.at.log[index];
    return line ? { title: 'Log', lines: [line.text] } : null;
  }
}
