/** `ps`: every userfaultfd that can be seen, as a table or as the document of docs/reference/json.md. */
import { Chalk } from 'chalk';
import { listUserfaultfds, type PsDocument, type PsUffd } from '../../native/session/discover/ps.js';
import { safeText } from '../../native/session/safe-text.js';
import type { Context } from '../context.js';
import { toJson } from '../output/json.js';
import { textTable, wrap } from '../output/text-table.js';
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
  out.write(words.by === undefined ? psTable(document, style) : byFeatureTable(document, style));
  if (document.limits.length > 0) out.write('\n');
  for (const limit of document.limits) out.write(`${style.dim(wrap(safeText(limit), width ?? 120, '  '))}\n`);
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

export function psTable({ userfaultfds }: PsDocument, style: Style): string {
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
  const rows = userfaultfds.flatMap((uffd) => [uffdRow(uffd, style), ...waitingRows(uffd, style)]);
  return textTable(columns, rows, { title: style.bold });
}

function uffdRow(uffd: PsUffd, style: Style): string[] {
  const warn = (n: number) => (n > 0 ? style.yellow(String(n)) : String(n));
  return [
    String(uffd.ino),
    uffd.targets.map(processName).join(', ') || (uffd.initialized ? 'unknown' : 'none yet'),
    uffd.holders.map((holder) => `${processName(holder)} fd ${holder.fd}`).join(', '),
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

function waitingRows({ waiting, targets }: PsUffd, style: Style): string[] {
  return waiting.map(({ pid, tid, comm, state, kind, from }) => {
    const where = tid === pid || (targets.length === 1 && targets[0]!.pid === pid) ? '' : ` of ${pid}`;
    const what = state === 'event' ? `${kind ?? 'remap or unmap'} event, unread` : (kind ?? 'fault');
    const how = state === 'unread' ? ', unread' : state === 'read' ? ', read and not resolved' : '';
    const side = from === null || state === 'event' ? '' : `, from ${from === 'user' ? 'user mode' : 'the kernel'}`;
    return style.yellow(`    waits: ${tid} (${safeText(comm)})${where}: ${what}${how}${side}`);
  });
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

export function byFeatureTable({ userfaultfds }: PsDocument, style: Style): string {
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
  return textTable(columns, rows, { title: style.bold });
}
