/** `--summary`: a run as a person reads it. */
import type { Latency, Summary } from '../../native/session/index.js';
import { safeText } from '../../native/session/safe-text.js';
import { hex } from './json.js';
import { textTable, type Column } from './text-table.js';
import { count, duration } from './units.js';

export function summaryText(s: Summary, width: number | null = null): string {
  const parts = [
    `process ${s.pid} (${safeText(s.comm)}), uffd ${s.ino}, ${duration(s.lasted)}, seed ${s.seed}\n${totals(s)}\n`,
    table(
      ['FAULTS', 'KIND', 'ACCESS'],
      s.byKind.map(({ faults, kind, access }) => [number(faults), kind, access]),
    ),
    table(
      ['ANSWERS', 'ACTION', 'BY'],
      s.byAnswer.map(({ answers, action, by }) => [number(answers), action, by]),
    ),
    s.latency === null ? '' : latencies(s, s.latency),
    table(
      ['FAULTS', 'RANGE', 'FROM'],
      s.ranges.filter(({ faults }) => faults > 0).map((r) => [number(r.faults), safeText(r.name), hex(r.start)]),
    ),
    table(
      ['FAULTS', `PAGE (of ${number(s.pageCount)})`, 'PLACE'],
      s.pages.map(({ faults, page, range }) => [number(faults), hex(page), safeText(range ?? '')]),
    ),
    table(
      ['FAULTS', `THREAD (of ${number(s.threadCount)})`, 'NAME', 'WAITED', 'LONGEST'],
      s.threads.map((t) => [
        number(t.faults),
        t.tid === 0 ? '?' : String(t.tid),
        safeText(t.comm),
        duration(t.waited),
        duration(t.longest),
      ]),
    ),
    table(
      ['MATCHED', 'ACTED', 'RULE'],
      s.rules.map(({ matched, acted, text }) => [number(matched), number(acted), safeText(text)]),
      2,
    ),
    textTable(
      [{ title: 'VERDICT' }, { title: 'OF' }, { title: 'SEEN' }],
      s.verdicts.map(({ ok, text, seen }) => [ok ? 'ok' : 'FAILED', safeText(text), safeText(seen)]),
      { width },
    ),
  ];
  return parts.filter((part) => part.includes('\n', part.indexOf('\n') + 1)).join('\n');
}

function totals(s: Summary): string {
  const rest = [
    [s.handedBack, 'handed back'],
    [s.ended, 'ended without us'],
    [s.waiting, 'waiting'],
  ] as const;
  const aside = [
    [s.failed, 'answers refused'],
    [s.races, 'raced'],
    [s.lost, 'records lost'],
  ] as const;
  const some = (all: typeof rest | typeof aside) => all.flatMap(([n, what]) => (n > 0 ? [`${number(n)} ${what}`] : []));
  const main = `${count(s.faults, 'fault')}, ${Math.round(s.rate)} a second: ${number(s.resolved)} answered`;
  const more = some(aside);
  return [main, ...some(rest)].join(', ') + (more.length > 0 ? `; ${more.join(', ')}` : '');
}

function latencies(s: Summary, all: Latency): string {
  const row = (what: string, l: Latency) => [
    what,
    number(l.count),
    ...[l.p50, l.p90, l.p99, l.p999, l.max].map(duration),
  ];
  const rows = s.latencies.map((l) => row(`${l.kind} ${l.action}`, l));
  return textTable(
    ['LATENCY', 'ANSWERS', 'P50', 'P90', 'P99', 'P99.9', 'MAX'].map((title, i): Column => ({
      title,
      align: i === 0 ? 'left' : 'right',
    })),
    rows.length > 1 ? [...rows, row('all', all)] : rows,
  );
}

/** The first `numbers` columns lean right. */
function table(titles: readonly string[], rows: readonly (readonly string[])[], numbers = 1): string {
  const columns = titles.map((title, i): Column => ({ title, align: i < numbers ? 'right' : 'left' }));
  return textTable(columns, rows);
}

const number = (n: number): string => n.toLocaleString('en-US');
