/** The other tabs of the faults pane: by thread, in numbers, over time. */
import type { Counts, Snapshot } from '../../native/session/types.js';
import type { Tally, ThreadTally } from '../model/tally.js';
import type { Paint } from '../screen/paint.js';
import { clock, count, hex, plural, rate } from './format.js';
import { latencyRows } from './latency-plot.js';
import { barChart } from './sparkline.js';

export interface ThreadTable {
  readonly threads: readonly ThreadTally[];
  /** Threads that wait now, with what they wait for. */
  readonly waiting: ReadonlyMap<number, string>;
  readonly top: number;
  readonly focus: number;
  readonly active: boolean;
}

export function threadRows(table: ThreadTable, height: number, width: number, paint: Paint): string[] {
  const header = paint
    .line(width)
    .add('  ')
    .column('TID', 8, 'label', 'right')
    .column('NAME', 16, 'label')
    .column('FAULTS', 10, 'label', 'right')
    .column('WRITES', 10, 'label', 'right')
    .column('LAST', 8, 'label', 'right')
    .add('WAITS FOR', 'label')
    .end();
  const rows = table.threads.slice(table.top, table.top + height - 1).map((thread, i) => {
    const focused = table.top + i === table.focus;
    const waits = table.waiting.get(thread.tid);
    return paint
      .line(width, focused && table.active ? 'selected' : 'plain')
      .add(focused ? `${paint.glyphs.focus} ` : '  ', 'key')
      .column(thread.tid === 0 ? 'unknown' : String(thread.tid), 8, 'plain', 'right')
      .column(paint.outside(thread.comm), 16)
      .column(count(thread.faults), 10, 'plain', 'right')
      .column(count(thread.writes), 10, 'plain', 'right')
      .column(clock(thread.lastT), 8, 'dim', 'right')
      .add(
        waits === undefined ? `last in ${paint.outside(thread.lastRange)}` : paint.outside(waits),
        waits === undefined ? 'dim' : 'held',
      )
      .end();
  });
  return [header, ...rows].slice(0, height);
}

export interface StatsFacts {
  readonly snapshot: Snapshot;
  readonly tally: Tally;
  /** null until they were counted. */
  readonly counts: Counts | null;
}

export function statsRows({ snapshot, tally, counts }: StatsFacts, width: number, paint: Paint): string[] {
  const handed = `${count(snapshot.handedBack)} handed back`;
  const waiting = `${count(snapshot.held)} held, ${count(snapshot.delayed)} delayed`;
  const all = counts === null ? '' : `, ${rate(counts.rate)} a second since attach`;
  const lines: [string, string][] = [
    ['faults', `${count(snapshot.faults)}${all}`],
    ['answered', `${count(snapshot.resolved)}, ${count(snapshot.failed)} failed, ${handed}`],
    ['waiting', waiting],
    ['by kind', tallied(tally.kinds)],
    ['by access', tallied(tally.access)],
  ];
  const busiest: [string, string][] = (counts?.pages ?? []).map(({ page, range, faults }) => [
    'busiest page',
    `${hex(page)} ${range ?? ''}  ${plural(faults, 'fault')}`,
  ]);
  const threads = [...tally.threads.values()]
    .toSorted((a, b) => b.faults - a.faults || a.tid - b.tid)
    .slice(0, 3)
    .map((one): [string, string] => [
      'busiest thread',
      `${one.tid === 0 ? 'unknown' : one.tid} ${one.comm}  ${plural(one.faults, 'fault')}`,
    ]);
  const ranges = [...tally.ranges]
    .toSorted((a, b) => b[1] - a[1])
    .map(([name, n]): [string, string] => [`in ${name}`, count(n)]);
  const row = ([label, value]: [string, string]): string =>
    paint.line(width).add(' ').column(paint.outside(label), 20, 'label').add(paint.outside(value)).end();
  const blank = paint.line(width).end();
  return [
    ...lines.map(row),
    blank,
    ...latencies(counts, width, paint),
    blank,
    ...busiest.map(row),
    ...threads.map(row),
    ...ranges.map(row),
  ];
}

function latencies(counts: Counts | null, width: number, paint: Paint): string[] {
  if (counts !== null && counts.latencies.length > 0) return latencyRows(counts.latencies, width, paint);
  return [paint.line(width).add(' time to answer: nothing has been answered yet', 'dim').end()];
}

export function graphRows(history: readonly number[], height: number, width: number, paint: Paint): string[] {
  const top = Math.max(...history.slice(-(width - 2)), 1);
  const chart = barChart(history, width - 2, Math.max(1, height - 2), paint.glyphs.spark);
  const scale = paint.line(width).add(' faults a second, one column a second; the top is ', 'dim').add(rate(top)).end();
  return [scale, ...chart.map((row) => paint.line(width).add(' ').add(row, 'ok').end())];
}

function tallied(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, n]) => `${name} ${count(n)}`).join('  ');
}
