/** Pane 4, the other tabs: threads, numbers, the rate over time. They count only while somebody looks. */
import type { App } from '../faces.js';
import { filterView, goTo } from '../app/navigate.js';
import { Scroll } from '../model/scroll.js';
import type { ThreadTally } from '../model/tally.js';
import { plural } from '../rows/format.js';
import { graphRows, statsRows, threadRows } from '../rows/tables.js';
import type { View } from './view.js';

export class ThreadsPane implements View {
  readonly title = 'Threads';
  readonly #scroll = new Scroll();

  constructor(private readonly app: App) {}

  rows(height: number, width: number): string[] {
    const { tally, session } = this.app.at;
    if (tally.update()) this.app.touch();
    const threads = this.#threads();
    this.#scroll.show(height - 1, threads.length);
    const waiting = new Map<number, string>();
    for (const seq of session.faults.waiting()) {
      const fault = session.faults.row(seq);
      if (fault) waiting.set(fault.tid, `#${seq} ${fault.state} ${fault.rangeOffset}`);
    }
    const table = {
      threads,
      waiting,
      top: this.#scroll.top,
      focus: this.#scroll.focus,
      active: this.app.state.focus === 4,
    };
    return threadRows(table, height, width, this.app.paint);
  }

  footer(): string {
    return plural(this.app.at.tally.threads.size, 'thread');
  }

  get page(): number {
    return this.#scroll.page;
  }

  move(delta: number): void {
    this.#scroll.move(delta, this.app.at.tally.threads.size);
    this.app.touch();
  }

  click(row: number): void {
    if (row > 0) this.#scroll.to(this.#scroll.top + row - 1, this.app.at.tally.threads.size);
    this.app.touch();
  }

  /** Enter: show the faults of this thread. */
  open(): void {
    const thread = this.#threads()[this.#scroll.focus];
    if (thread) this.app.attempt(() => filterView(this.app, `tid=${thread.tid}`));
    goTo(this.app, 4, 0);
  }

  #threads(): ThreadTally[] {
    return [...this.app.at.tally.threads.values()].toSorted((a, b) => b.faults - a.faults || a.tid - b.tid);
  }
}

export class StatsPane implements View {
  readonly title = 'Stats';
  #top = 0;
  #height = 1;
  #length = 0;

  constructor(private readonly app: App) {}

  rows(height: number, width: number): string[] {
    const { tally, snapshot, statistics } = this.app.at;
    if (tally.update()) this.app.touch();
    const all = statsRows({ snapshot, tally, counts: statistics.get() }, width, this.app.paint);
    this.#height = height;
    this.#length = all.length;
    this.#top = Math.max(0, Math.min(this.#top, all.length - height));
    return all.slice(this.#top, this.#top + height);
  }

  footer(): string {
    const hidden = this.#length - this.#top - this.#height;
    return hidden > 0 ? `since attach, ${plural(hidden, 'row')} below` : 'since attach';
  }

  get page(): number {
    return Math.max(1, this.#height - 1);
  }

  /** Numbers have no focus: the rows move. */
  move(delta: number): void {
    this.#top = Math.max(0, Math.min(this.#top + delta, this.#length - this.#height));
    this.app.touch();
  }
}

export class GraphPane implements View {
  readonly title = 'Graph';
  readonly page = 1;

  constructor(private readonly app: App) {}

  rows(height: number, width: number): string[] {
    return graphRows(this.app.at.rate.history, height, width, this.app.paint);
  }

  footer(): string {
    return plural(this.app.at.rate.history.length, 'second');
  }

  move(): void {
    // a graph has no focus
  }
}
