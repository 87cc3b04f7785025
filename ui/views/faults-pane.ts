/** Pane 4: the faults, newest last. */
import type { App } from '../faces.js';
import { goTo } from '../app/navigate.js';
import { faultColumns, faultRows, type FaultColumn, type Widest } from '../rows/faults.js';
import { count } from '../rows/format.js';
import { cellWidth } from '../screen/cells.js';
import type { View } from './view.js';

export class FaultsPane implements View {
  readonly title = 'Faults';
  #columns: readonly FaultColumn[] = [];

  constructor(private readonly app: App) {}

  rows(height: number, width: number): string[] {
    const { list, snapshot } = this.app.at;
    list.sync(snapshot.faultsVersion);
    const columns = faultColumns(width, this.#widest());
    this.#columns = columns.map((column) => column.id);
    if (!this.#columns.includes(list.cell)) list.cell = 'seq';
    const table = {
      rows: list.visible(Math.max(1, height - 1)),
      columns,
      cell: list.cell,
      sort: list.sort,
      empty: this.#whyEmpty(),
      active: this.app.state.focus === 4,
    };
    return faultRows(table, height, width, this.app.paint);
  }

  footer(): string {
    const { list, snapshot, session } = this.app.at;
    const marked = this.app.at.marks.size;
    return [
      ...(list.frozen ? ['FROZEN'] : []),
      ...(snapshot.held > 0 ? [`${count(snapshot.held)} held`] : []),
      ...(snapshot.delayed > 0 ? [`${count(snapshot.delayed)} delayed`] : []),
      ...(marked > 0 ? [`${count(marked)} marked`] : []),
      `${count(list.view.length)} shown of ${count(Math.max(0, session.faults.last - session.faults.first + 1))}`,
      ...(snapshot.lost > 0 ? [`${count(snapshot.lost)} lost`] : []),
    ].join(this.app.paint.own(' · '));
  }

  get page(): number {
    return this.app.at.list.page;
  }

  move(delta: number): void {
    this.app.at.list.move(delta);
    this.app.touch();
  }

  scroll(delta: number): void {
    this.app.at.list.scroll(delta);
    this.app.touch();
  }

  side(delta: -1 | 1): void {
    const { list } = this.app.at;
    const at = this.#columns.indexOf(list.cell);
    list.cell = this.#columns[Math.max(0, Math.min(this.#columns.length - 1, at + delta))] ?? 'seq';
    this.app.touch();
  }

  open(): void {
    goTo(this.app, 5);
  }

  click(row: number, column: number): void {
    const { list } = this.app.at;
    if (row === 0) {
      this.app.attempt(() => this.#sortByColumnAt(column));
      return;
    }
    if (list.top + row - 1 >= list.view.length) return;
    list.follow = false;
    list.moveTo(list.top + row - 1);
    this.app.touch();
  }

  #sortByColumnAt(x: number): void {
    const { list } = this.app.at;
    let left = 2;
    for (const column of faultColumns(this.#width(), this.#widest())) {
      if (x < left + column.width + 1) {
        list.sort = { column: column.id, reverse: list.sort.column === column.id && !list.sort.reverse };
        list.apply();
        this.app.touch();
        return;
      }
      left += column.width + 1;
    }
  }

  #whyEmpty(): string {
    const { list, snapshot } = this.app.at;
    if (list.markedOnly) return 'nothing is marked; M shows all';
    if (list.filter !== null) return 'no fault passes the filter; esc drops it';
    if (this.app.at.player) return 'no fault had been read by this time';
    if (snapshot.stance === 'looking') return 'looking only: i holds faults, and then they are listed here';
    return 'no fault yet';
  }

  /** Thread ids lie near the process id, and grow to at most seven digits. */
  #widest(): Widest {
    const { session, list, ranges } = this.app.at;
    const widths = ranges.map(({ name, start, end }) => cellWidth(name) + 1 + (end - start - 1n).toString(16).length);
    const tid = Math.max(session.target.pid, list.focused?.tid ?? 0);
    return { seq: session.faults.last, tid, range: Math.max(0, ...widths) };
  }

  #width(): number {
    const { layout } = this.app;
    return layout.kind === 'small' ? 0 : (layout.panes[4]?.width ?? 2) - 2;
  }
}
