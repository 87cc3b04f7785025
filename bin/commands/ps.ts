/** `ps`: every userfaultfd that can be seen, as a table or as the document of docs/reference/json.md. */
import { Chalk } from 'chalk';
import { listUserfaultfds, type PsDocument, type PsUffd, type PsWaiting } from '../../native/session/discover/ps.js';
import { safeText } from '../../native/session/safe-text.js';
import type { Context } from '../context.js';
import { toJson } from '../output/json.js';
import { textTable, wrap, type Across } from '../output/text-table.js';
import { bytes, count } from '../output/units.js';

export interface PsWords {
  readonly json?: boolean;
  readonly by?: 'feature';
}

export async function ps(words: PsWords, { out, color, width }: Context): Promise<void> {
  const document = await listUserfaultfds();
  if (words.json === true) {
    out.write(words.by === undefined ? psJson(document) : byFeatureJson(document));
    return;
  }
  const style = new Chalk({ level: color.out });
  out.write(words.by === undefined ? psTable(document, style, width) : byFeatureTable(document, style, width));
  if (document.limits.length > 0) out.write('\n');
  for (const limit of document.limits) out.write(`${style.dim(wrap(safeText(limit), width ?? Infinity, '  '))}\n`);
}

export function psJson({ userfaultfds, limits }: PsDocument): string {
  return `${toJson({ schema: 'uffdscope.ps/1', userfaultfds, limits }, 1)}\n`;
}

export function byFeatureJson({ userfaultfds, limits }: PsDocument): string {
  const features = groupByFeature(userfaultfds).map(([feature, uffds]) => ({
    feature,
    userfaultfds: uffds.map(({ ino }) => ino),
  }));
  return `${toJson({ schema: 'uffdscope.ps/1', userfaultfds, features, limits }, 1)}\n`;
}

type Style = InstanceType<typeof Chalk>;

const ROOMY = 110;

/** `width`: columns of the terminal, or null where none is: then nothing is broken. */
export function psTable({ userfaultfds }: PsDocument, style: Style, width: number | null): string {
  if (userfaultfds.length === 0) return 'No userfaultfd is open that can be seen.\n';
  const columns = [
    { title: 'UFFD', align: 'right' },
    { title: 'TARGET' },
    { title: 'HELD BY' },
    { title: 'UNREAD', align: 'right' },
    { title: 'WAITING', align: 'right' },
    { title: 'REGISTERED' },
    { title: 'FEATURES' },
  ] as const;
  // Where the long names of features would leave nothing to the rest, they get a line of their own.
  const below = width !== null && width < ROOMY;
  const rows = userfaultfds.flatMap((uffd) => {
    const row = uffdRow(uffd, style);
    const features = { across: `    features: ${row.at(-1)!}`, dress: style.dim };
    return [...(below ? [row.slice(0, -1), features] : [row]), ...waitingRows(uffd, style)];
  });
  return textTable(below ? columns.slice(0, -1) : columns, rows, { title: style.bold, width });
}

function uffdRow(uffd: PsUffd, style: Style): string[] {
  const warn = (n: number) => (n > 0 ? style.yellow(String(n)) : String(n));
  return [
    String(uffd.ino),
    uffd.targets.map(processName).join(', ') || (uffd.initialized ? 'unknown' : 'none yet'),
    uffd.holders.map((holder) => `${holderName(holder, uffd)} fd ${holder.fd}`).join(', '),
    warn(uffd.pending),
    warn(uffd.total),
    registered(uffd),
    uffd.initialized ? uffd.features.join(' ') || '-' : 'not initialized',
  ];
}

function registered({ ranges, targets }: PsUffd): string {
  if (ranges === null) return 'unknown share';
  if (ranges.length === 0) return targets.length > 0 ? 'nothing' : '-';
  const modes = [...new Set(ranges.flatMap((range) => range.modes))].join(',');
  const total = ranges.reduce((sum, { start, end }) => sum + Number(end - start), 0);
  return `${count(ranges.length, 'range')}, ${bytes(total)}, ${modes}`;
}

/** So many of one sort get a line each; more than that are one line. */
const LISTED = 3;

function waitingRows({ waiting, targets }: PsUffd, style: Style): Across[] {
  const said = (text: string): Across => ({ across: `    ${text}`, dress: style.yellow });
  const sorts = new Map<string, PsWaiting[]>();
  for (const thread of waiting) {
    const sort = waitsHow(thread, targets);
    sorts.set(sort, [...(sorts.get(sort) ?? []), thread]);
  }
  return [...sorts].flatMap(([sort, threads]) => {
    if (threads.length <= LISTED) return threads.map((one) => said(`waits: ${threadName(one)}${sort}`));
    const named = threads.slice(0, LISTED).map(threadName).join(', ');
    const more = `${named} and ${count(threads.length - LISTED, 'other', 'others')}`;
    return [said(`${threads.length} threads wait${sort}: ${more}`)];
  });
}

/** ` of 501: missing, unread, from user mode`. */
function waitsHow({ pid, tid, state, kind, from }: PsWaiting, targets: PsUffd['targets']): string {
  const where = tid === pid || (targets.length === 1 && targets[0]!.pid === pid) ? '' : ` of ${pid}`;
  const what = state === 'event' ? `${kind ?? 'remap or unmap'} event, unread` : (kind ?? 'fault');
  const how = state === 'unread' ? ', unread' : state === 'read' ? ', read and not resolved' : '';
  const side = from === null || state === 'event' ? '' : `, from ${from === 'user' ? 'user mode' : 'the kernel'}`;
  return `${where}: ${what}${how}${side}`;
}

function threadName({ tid, comm }: PsWaiting): string {
  return `${tid} (${safeText(comm)})`;
}

/** Its name stands beside it already where it is a target. */
function holderName(holder: PsUffd['holders'][number], { targets }: PsUffd): string {
  return targets.some(({ pid }) => pid === holder.pid) ? String(holder.pid) : processName(holder);
}

function processName({ pid, comm }: { readonly pid: number; readonly comm: string }): string {
  return `${pid} (${safeText(comm)})`;
}

/** By name, most used first; those without any stand last. */
export function groupByFeature(uffds: readonly PsUffd[]): [string, PsUffd[]][] {
  const groups = new Map<string, PsUffd[]>();
  for (const uffd of uffds) {
    for (const feature of uffd.features.length > 0 ? uffd.features : ['(none)']) {
      groups.set(feature, [...(groups.get(feature) ?? []), uffd]);
    }
  }
  const last = (name: string) => (name === '(none)' ? 1 : 0);
  return [...groups].toSorted(([a, x], [b, y]) => last(a) - last(b) || y.length - x.length || (a < b ? -1 : 1));
}

export function byFeatureTable({ userfaultfds }: PsDocument, style: Style, width: number | null): string {
  if (userfaultfds.length === 0) return 'No userfaultfd is open that can be seen.\n';
  const columns = [{ title: 'FEATURE' }, { title: 'UFFDS', align: 'right' }, { title: 'USED BY' }] as const;
  const rows = groupByFeature(userfaultfds).map(([feature, uffds]) => [
    feature,
    String(uffds.length),
    uffds
      .map(
        (uffd) =>
          `uffd ${uffd.ino} of ${(uffd.targets.length > 0 ? uffd.targets : uffd.holders).map(processName).join(', ')}`,
      )
      .join('; '),
  ]);
  return textTable(columns, rows, { title: style.bold, width });
}
