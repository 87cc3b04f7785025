/**
 * What to send so that the terminal shows base lines with layers on top: only what changed, by segments of cells.
 * Pure but for the memory of what is shown, so that it can be tested without a terminal.
 */
import { sliceCells } from './cells.js';

export interface Rect {
  readonly top: number;
  readonly left: number;
  readonly width: number;
  readonly height: number;
}

export interface Layer extends Rect {
  readonly rows: readonly string[];
  /** What stands in front of it: there the base shows. */
  readonly masks: readonly Rect[];
}

export interface Picture {
  readonly columns: number;
  readonly rows: number;
  readonly base: readonly string[];
  readonly layers: ReadonlyMap<string, Layer>;
}

type Span = readonly [from: number, to: number];

export class Composer {
  #base: (string | null)[] = [];
  /** By row, then by layer and span: what stands there. */
  #painted = new Map<number, Map<string, string>>();
  #all = true;

  /** Forget what is shown: the next frame is whole. */
  invalidate(): void {
    this.#all = true;
  }

  /** Forget some rows only: something in front of them came, went or moved. */
  damage(top: number, height: number): void {
    for (let y = top; y < top + height; y++) {
      this.#base[y] = null;
      this.#painted.delete(y);
    }
  }

  compose(picture: Picture): string {
    let out = '';
    if (this.#all) {
      this.#all = false;
      this.#base = [];
      this.#painted.clear();
      out += '\x1b[0m\x1b[2J';
    }
    for (let y = 0; y < picture.rows; y++) out += this.#baseRow(picture, y);
    for (const [id, layer] of picture.layers) out += this.#layerRows(picture, id, layer);
    return out;
  }

  /** A base line, around what the layers will paint. */
  #baseRow(picture: Picture, y: number): string {
    const line = picture.base[y] ?? '';
    if (this.#base[y] === line) return '';
    this.#base[y] = line;
    const holes: Span[] = [];
    for (const layer of picture.layers.values()) {
      if (y >= layer.top && y < layer.top + layer.height) holes.push(...spans(layer, y));
    }
    holes.sort((a, b) => a[0] - b[0]);
    let out = '';
    let x = 0;
    for (const [from, to] of [...holes, [picture.columns, picture.columns] as const]) {
      if (from > x) out += segment(y, x, from, holes.length > 0 ? sliceCells(line, x, from) : line);
      x = Math.max(x, to);
    }
    return out;
  }

  #layerRows(picture: Picture, id: string, layer: Layer): string {
    let out = '';
    for (let i = 0; i < layer.height; i++) {
      const y = layer.top + i;
      if (y >= picture.rows) break;
      const row = layer.rows[i] ?? '';
      let here = this.#painted.get(y);
      if (!here) this.#painted.set(y, (here = new Map()));
      for (const [from, to] of spans(layer, y)) {
        const key = `${id}:${from}:${to}`;
        if (here.get(key) === row) continue;
        here.set(key, row);
        const whole = from === layer.left && to === layer.left + layer.width;
        out += segment(y, from, to, whole ? row : sliceCells(row, from - layer.left, to - layer.left));
      }
    }
    return out;
  }
}

/** The cells of row `y` that a layer may paint. */
function spans(layer: Layer, y: number): Span[] {
  let left: Span[] = [[layer.left, layer.left + layer.width]];
  for (const mask of layer.masks) {
    if (y < mask.top || y >= mask.top + mask.height) continue;
    left = left.flatMap(([from, to]) =>
      [[from, Math.min(to, mask.left)] as const, [Math.max(from, mask.left + mask.width), to] as const].filter(
        ([a, b]) => a < b,
      ),
    );
  }
  return left;
}

// ECH first: half of a wide character may stand where we write. Never EL: after a full line it would eat its last cell.
function segment(y: number, from: number, to: number, text: string): string {
  return `\x1b[${y + 1};${from + 1}H\x1b[0m\x1b[${to - from}X${text}\x1b[0m`;
}

export function sameRect(a: Rect, b: Rect): boolean {
  return a.top === b.top && a.left === b.left && a.width === b.width && a.height === b.height;
}

export function sameRects(a: readonly Rect[], b: readonly Rect[]): boolean {
  return a.length === b.length && a.every((rect, i) => sameRect(rect, b[i]!));
}
