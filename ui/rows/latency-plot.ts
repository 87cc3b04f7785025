/** Latencies by kind and action: the quantiles in numbers, and drawn along one logarithmic axis. */
import type { LatencyCounts } from '../../native/session/types.js';
import type { Paint } from '../screen/paint.js';
import { count, duration } from './format.js';

const NAME_CELLS = 20;
/** 1 µs to 100 s. */
const FROM = 3;
const DECADES = 8;

export function latencyRows(latencies: readonly LatencyCounts[], width: number, paint: Paint): string[] {
  const micro = paint.glyphs.micro;
  const header = paint.line(width).add(' ').column('TIME TO ANSWER', NAME_CELLS, 'label');
  for (const title of ['COUNT', 'P50', 'P90', 'P99', 'P99.9', 'MAX']) header.column(title, 7, 'label', 'right');
  const numbers = latencies.map((one) => {
    const line = paint.line(width).add(' ').column(`${one.kind} ${one.action}`, NAME_CELLS, one.kind);
    line.column(count(one.count), 7, 'plain', 'right');
    for (const ns of [one.p50, one.p90, one.p99, one.p999, one.max])
      line.column(duration(ns, micro), 7, 'plain', 'right');
    return line.end();
  });
  const cells = Math.max(16, width - NAME_CELLS - 4);
  const plots = latencies.map((one) =>
    paint
      .line(width)
      .add(' ')
      .column(`${one.kind} ${one.action}`, NAME_CELLS, one.kind)
      .add(plot(one, cells, paint), 'ok')
      .end(),
  );
  const blank = paint.line(width).end();
  const signs = paint.glyphs.spark;
  const marks = [
    signs.at(-1)!,
    signs[Math.floor(signs.length * 0.6)]!,
    signs[Math.floor(signs.length * 0.35)]!,
    signs[1]!,
  ];
  const names = ['p50 to p90', 'to p99', 'to p99.9', 'to max'];
  const legend = marks.map((sign, i) => `${sign} ${names[i]}`).join('   ');
  const below = paint
    .line(width)
    .add(' '.repeat(NAME_CELLS + 2))
    .add(legend, 'dim')
    .end();
  return [header.end(), ...numbers, blank, ...plots, axis(cells, width, paint), below];
}

/** High bars from the median to p90, lower ones for the tail. */
function plot(one: LatencyCounts, cells: number, paint: Paint): string {
  const signs = paint.glyphs.spark;
  const [p50, p90, p99, p999, max] = [one.p50, one.p90, one.p99, one.p999, one.max].map((ns) => at(ns, cells)) as [number, number, number, number, number]; // prettier-ignore
  return Array.from({ length: cells }, (_, x) => {
    if (x < p50 || x > max) return ' ';
    if (x <= p90) return signs.at(-1)!;
    if (x <= p99) return signs[Math.floor(signs.length * 0.6)]!;
    return x <= p999 ? signs[Math.floor(signs.length * 0.35)]! : signs[1]!;
  }).join('');
}

function at(ns: number, cells: number): number {
  const decades = Math.log10(Math.max(1, ns)) - FROM;
  return Math.max(0, Math.min(cells - 1, Math.round((decades / DECADES) * (cells - 1))));
}

function axis(cells: number, width: number, paint: Paint): string {
  let text = '';
  for (let decade = 0; decade <= DECADES; decade++) {
    const ns = 10 ** (FROM + decade);
    const place = at(ns, cells);
    const label = `|${duration(ns, paint.glyphs.micro)}`;
    if (place >= text.length && place + label.length <= cells) text = text.padEnd(place) + label;
  }
  return paint
    .line(width)
    .add(' '.repeat(NAME_CELLS + 2))
    .add(text, 'dim')
    .end();
}
