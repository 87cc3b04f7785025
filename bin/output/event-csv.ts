/** `-o csv`: one header, then the same columns for every record, empty where a record has no such field. */
import { safeText } from '../../native/session/safe-text.js';
import type { RuleSummary, SessionRecord } from '../../native/session/records.js';

export const CSV_COLUMNS = [
  'type', 't', 'seq', 'pid', 'tid', 'kind', 'access', 'address', 'page', 'pageSize', 'range',
  'action', 'bytes', 'latency', 'by', 'errno', 'readAt', 'answeredAt', 'resumedAt', 'until',
  'start', 'end', 'modes', 'name', 'child', 'code', 'from', 'to', 'length', 'count', 'pages', 'reason', 'text',
  'time', 'how', 'ino', 'version', 'seed', 'faults', 'resolved', 'failed', 'handedBack', 'byAction', 'p50', 'p99', 'max',
  'released', 'restored', 'rules',
] as const; // prettier-ignore

const ADDRESSES = new Set(['address', 'page', 'start', 'end', 'from', 'to']);

export function csvHeader(): string {
  return `${CSV_COLUMNS.join(',')}\n`;
}

export function csvLine(record: SessionRecord): string {
  const fields = record as unknown as Readonly<Record<string, unknown>>;
  const latency = record.type === 'summary' ? (record.latency ?? {}) : {};
  const cell = (column: string): string => {
    const value = fields[column] ?? (latency as Readonly<Record<string, unknown>>)[column];
    if (value === null || value === undefined || (column === 'latency' && typeof value === 'object')) return '';
    if (typeof value === 'number') return ADDRESSES.has(column) ? `0x${value.toString(16)}` : String(value);
    if (typeof value === 'string') return quote(safeText(value));
    if (record.type === 'summary' && column === 'rules') return quote(ruleCounts(record.rules));
    if (Array.isArray(value)) return quote(value.join(' '));
    return quote(counts(value as Readonly<Record<string, number>>));
  };
  return `${CSV_COLUMNS.map(cell).join(',')}\n`;
}

/** `1:3/5`: rule 1 did something to three of the five faults that it took. */
function ruleCounts(rules: readonly RuleSummary[]): string {
  return rules.map(({ id, acted, matched }) => `${id}:${acted}/${matched}`).join(' ');
}

/** `zero=10 copy=2` */
function counts(byAction: Readonly<Record<string, number>>): string {
  return Object.entries(byAction)
    .map(([action, n]) => `${action}=${n}`)
    .join(' ');
}

/** RFC 4180; and a cell that a spreadsheet would run as a formula begins with an apostrophe. */
function quote(text: string): string {
  const plain = /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
