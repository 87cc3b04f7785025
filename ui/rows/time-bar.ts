/** The row of a recording's time: playing or paused, how fast, where, and a bar that shows when faults came. */
import type { Playback } from '../../native/session/types.js';
import { speedWord, type Player } from '../model/player.js';
import type { Paint } from '../screen/paint.js';

const STATE_CELLS = 9;
const SPEED_CELLS = 10;
const LEAST_BAR = 8;

export interface TimeBar {
  readonly row: string;
  /** Where a click means a moment; null: no room. */
  readonly bar: { readonly left: number; readonly width: number } | null;
}

export function timeBar(player: Player, width: number, paint: Paint): TimeBar {
  const { playback } = player;
  const line = paint.line(width).add(' ');
  line.add((player.playing ? 'PLAYING' : 'PAUSED').padEnd(STATE_CELLS), player.playing ? 'ok' : 'held');
  line.add(speedWord(player.speed).padEnd(SPEED_CELLS), player.speed === 1 ? 'plain' : 'strong');
  line.add(position(playback), 'strong').add(` / ${fixed(playback.to, 3)} s  `);
  const cells = line.room - 3;
  if (cells < LEAST_BAR) return { row: line.end(), bar: null };
  const left = width - line.room + 1;
  const here = cellAt(playback, playback.at, cells);
  const signs = density(playback, cells, paint.glyphs.fill);
  line
    .add('[', 'dim')
    .add(signs.slice(0, here).join(''), 'ok')
    .add(paint.glyphs.vertical, 'selected')
    .add(signs.slice(here + 1).join(''), 'dim')
    .add(']', 'dim');
  return { row: line.end(), bar: { left, width: cells } };
}

/** The moment that a cell of the bar stands for. */
export function momentAt({ from, to }: Playback, cell: number, cells: number): number {
  return from + (Math.max(0, Math.min(cells - 1, cell)) / Math.max(1, cells - 1)) * (to - from);
}

function cellAt({ from, to }: Playback, t: number, cells: number): number {
  return to === from ? cells - 1 : Math.round(((t - from) / (to - from)) * (cells - 1));
}

/** As wide at each moment: digits that come and go would shake the bar. */
function position({ at, to }: Playback): string {
  return fixed(at, 6).padStart(fixed(to, 6).length);
}

const fixed = (ns: number, digits: number): string => (ns / 1e9).toFixed(digits);

const DRAWN = new WeakMap<Playback, { readonly key: string; readonly signs: readonly string[] }>();

/** How many faults came around each cell's moment, as a share of the most; a recording does not change. */
function density(playback: Playback, cells: number, fill: readonly string[]): readonly string[] {
  const key = `${cells} ${fill.join('')}`;
  const drawn = DRAWN.get(playback);
  if (drawn?.key === key) return drawn.signs;
  const { from, to } = playback;
  const step = (to - from) / Math.max(1, cells - 1);
  const by = (edge: number): number => playback.faultsBy(edge);
  const counts = Array.from({ length: cells }, (_, i) => by(from + (i + 0.5) * step) - (i === 0 ? 0 : by(from + (i - 0.5) * step))); // prettier-ignore
  const most = Math.max(1, ...counts);
  const signs = counts.map((n) => fill[n === 0 ? 0 : Math.max(1, Math.round((n / most) * (fill.length - 1)))]!);
  DRAWN.set(playback, { key, signs });
  return signs;
}
