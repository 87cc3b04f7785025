/** Pane 3: what happened to the target, newest first; and what was done here. */
import type { App } from '../app/app.js';
import type { TargetEvent } from '../../native/session/types.js';
import { Scroll } from '../model/scroll.js';
import { eventRows, logRows } from '../rows/events.js';
import { plural } from '../rows/format.js';
import { TextDialog } from './text-dialog.js';
import type { View } from './view.js';

export class EventsPane implements View {
  readonly title = 'Events';
  readonly #scroll = new Scroll();

  constructor(private readonly app: App) {}

  rows(height: number, width: number): string[] {
    const total = this.app.at.snapshot.events;
    this.#scroll.show(height, total);
    const events = this.#newestFirst(this.#scroll.top, height);
    const active = this.app.state.focus === 3;
    return eventRows(events, this.#scroll.focus - this.#scroll.top, active, height, width, this.app.paint);
  }

  footer(): string {
    return this.#scroll.focus === 0 ? 'follow' : `${this.#scroll.focus + 1} of ${this.app.at.snapshot.events}`;
  }

  get page(): number {
    return this.#scroll.page;
  }

  move(delta: number): void {
    this.#scroll.move(delta, this.app.at.snapshot.events);
    this.app.touch();
  }

  click(row: number): void {
    this.#scroll.to(this.#scroll.top + row, this.app.at.snapshot.events);
    this.app.touch();
  }

  /** A long line in full. */
  open(): void {
    const [event] = this.#newestFirst(this.#scroll.focus, 1);
    if (!event) return;
    const lines = [`${event.type}, process ${event.pid}`, event.detail];
    this.app.overlays.open(new TextDialog(this.app, `Event ${event.index}`, lines));
  }

  #newestFirst(skip: number, max: number): TargetEvent[] {
    const total = this.app.at.snapshot.events;
    const to = total - skip;
    const from = Math.max(0, to - max);
    return this.app.at.session.events(from, to - from).toReversed();
  }
}

export class LogPane implements View {
  readonly title = 'Log';
  readonly #scroll = new Scroll();

  constructor(private readonly app: App) {}

  rows(height: number, width: number): string[] {
    const { log } = this.app.at;
    this.#scroll.show(height, log.length);
    return logRows(log.slice(this.#scroll.top), height, width, this.app.paint);
  }

  footer(): string {
    return plural(this.app.at.log.length, 'line');
  }

  get page(): number {
    return this.#scroll.page;
  }

  move(delta: number): void {
    this.#scroll.move(delta, this.app.at.log.length);
    this.app.touch();
  }

  open(): void {
    const line = this.app.at.log[this.#scroll.focus];
    if (line) this.app.overlays.open(new TextDialog(this.app, 'Log', [line.text]));
  }
}
