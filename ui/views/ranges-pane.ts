/** Pane 1: the registered ranges, with a map of the one in focus; and that map alone. */
import type { App } from '../faces.js';
import { filterView, goTo } from '../app/navigate.js';
import { formatText } from '../../native/session/filter/index.js';
import type { PageMap, Range } from '../../native/session/types.js';
import { Scroll } from '../model/scroll.js';
import { plural, size } from '../rows/format.js';
import { mapCells, pageMapRows } from '../rows/page-map.js';
import { rangeRows } from '../rows/ranges.js';
import type { Paint } from '../screen/paint.js';
import type { View } from './view.js';

const MAP_MIN_ROWS = 5;

export class RangesPane implements View {
  readonly title = 'Ranges';
  readonly #scroll = new Scroll();
  readonly #map = new DrawnMap();

  constructor(private readonly app: App) {}

  get focused(): Range | null {
    return this.app.at.ranges[this.#scroll.focus] ?? null;
  }

  rows(height: number, width: number): string[] {
    const { ranges, maps } = this.app.at;
    const shortList = Math.min(ranges.length + 1, Math.max(3, Math.floor(height / 2)));
    const withMap = height - shortList - 1 >= MAP_MIN_ROWS;
    const listHeight = withMap ? shortList : height;
    this.#scroll.show(Math.max(1, listHeight - 1), ranges.length);
    const table = {
      ranges,
      top: this.#scroll.top,
      focus: this.#scroll.focus,
      active: this.app.state.focus === 1,
      resident: maps.resident,
    };
    const list = rangeRows(table, listHeight, width, this.app.paint);
    const room = height - list.length - 1;
    const range = this.focused;
    if (range === null || !withMap) return list;
    const map = maps.map(range.id, mapCells(room, width));
    return [...list, this.app.paint.line(width).end(), ...this.#map.rows(map, range.name, room, width, this.app.paint)];
  }

  footer(): string {
    const { ranges } = this.app.at;
    const bytes = ranges.reduce((sum, range) => sum + (range.end - range.start), 0n);
    return ranges.length === 0 ? '' : `${plural(ranges.length, 'range')} ${size(bytes)}`;
  }

  get page(): number {
    return this.#scroll.page;
  }

  move(delta: number): void {
    this.#scroll.move(delta, this.app.at.ranges.length);
    this.app.touch();
  }

  /** Enter: show the faults of this range. */
  open(): void {
    const range = this.focused;
    if (range) this.app.attempt(() => filterView(this.app, `range=${formatText(range.name)}`));
    goTo(this.app, 4);
  }

  click(row: number): void {
    if (row < 1) return;
    this.#scroll.to(this.#scroll.top + row - 1, this.app.at.ranges.length);
    this.app.touch();
  }
}

export class MapPane implements View {
  readonly title = 'Map';
  readonly #map = new DrawnMap();

  constructor(
    private readonly app: App,
    private readonly ranges: RangesPane,
  ) {}

  rows(height: number, width: number): readonly string[] {
    const range = this.ranges.focused;
    if (range === null) return [this.app.paint.line(width).add('  no ranges are registered', 'dim').end()];
    const map = this.app.at.maps.map(range.id, mapCells(height, width));
    return this.#map.rows(map, range.name, height, width, this.app.paint);
  }

  footer(): string {
    return 'j k other range';
  }

  readonly page = 1;

  move(delta: number): void {
    this.ranges.move(delta);
  }

  open(): void {
    this.ranges.open();
  }
}

/** A map has a thousand cells and changes once a second: its rows are kept until then. */
class DrawnMap {
  #key: readonly unknown[] = [];
  #rows: readonly string[] = [];

  rows(map: PageMap | null, name: string, height: number, width: number, paint: Paint): readonly string[] {
    const key = [map, name, height, width, paint];
    if (key.some((part, i) => part !== this.#key[i])) {
      this.#key = key;
      this.#rows = pageMapRows(map, name, height, width, paint);
    }
    return this.#rows;
  }
}
