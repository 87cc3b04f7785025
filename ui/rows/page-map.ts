/** A range drawn in cells, with what the signs mean. */
import type { PageMap } from '../../native/session/types.js';
import type { Paint } from '../screen/paint.js';
import type { Role } from '../screen/theme.js';
import { percent, size } from './format.js';

type Cell = PageMap['cells'][number];

/** How many cells a map of this area can have: all rows but the one above and the legend. */
export function mapCells(height: number, width: number): number {
  return Math.max(0, height - 1 - LEGEND_ROWS) * Math.max(0, width - 2);
}

const LEGEND_ROWS = 2;

export function pageMapRows(map: PageMap | null, name: string, height: number, width: number, paint: Paint): string[] {
  if (height < 2) return [];
  const title = paint.line(width).add('  ').add(paint.outside(name), 'strong');
  if (map === null) return [title.end()];
  title.add(`  one cell = ${size(map.cellBytes)}`, 'dim').right(`${percent(map.resident)} in memory `, 'dim');
  const perRow = width - 2;
  const drawn = Math.max(0, Math.min(height - 1 - LEGEND_ROWS, Math.ceil(map.cells.length / perRow)));
  const seen = new Set<string>();
  const rows = Array.from({ length: drawn }, (_, row) => {
    const line = paint.line(width).add('  ');
    for (const cell of map.cells.slice(row * perRow, (row + 1) * perRow)) {
      const [sign, role] = cellSign(cell, paint);
      seen.add(sign);
      line.add(sign, role);
    }
    return line.end();
  });
  return [title.end(), ...rows, ...legend(seen, width, paint)].slice(0, height);
}

/** The rarest and gravest thing in a cell is what it shows. */
function cellSign(cell: Cell, paint: Paint): [string, Role] {
  const fill = paint.glyphs.fill;
  if (cell.held > 0) return ['H', 'held'];
  if (cell.poisoned > 0) return ['X', 'error'];
  const role: Role = cell.wp > 0 ? 'wp' : cell.swapped > 0 ? 'dim' : 'ok';
  if (cell.present === 0) return cell.swapped > 0 ? ['s', 'dim'] : cell.wp > 0 ? ['w', 'wp'] : [fill[0], 'dim'];
  if (cell.wp >= cell.present) return ['W', 'wp'];
  if (cell.present >= cell.pages) return [fill[4], role];
  const share = cell.present / cell.pages;
  return [fill[share < 1 / 3 ? 1 : share < 2 / 3 ? 2 : 3], role];
}

function legend(seen: ReadonlySet<string>, width: number, paint: Paint): string[] {
  const fill = paint.glyphs.fill;
  const partly = [fill[1], fill[2], fill[3]].find((sign) => seen.has(sign));
  const entries: (readonly [sign: string, meaning: string])[] = [
    [fill[4], 'filled'],
    [partly ?? fill[1], 'partly'],
    [fill[0], 'missing'],
  ];
  const rest: typeof entries = [
    ['H', 'held'],
    ['X', 'poisoned'],
    ['W', 'write-protected'],
    ['w', 'protected, empty'],
    ['s', 'swapped'],
  ];
  const rows = [entries, rest.filter(([sign]) => seen.has(sign) || sign === 'H')];
  return rows.map((row) => {
    const line = paint.line(width).add('  ');
    for (const [sign, meaning] of row) line.add(sign, 'strong').add(` ${meaning}  `, 'dim');
    return line.end();
  });
}
