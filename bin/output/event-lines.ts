/** Records as lines: one a record, in one of three forms. Pure. */
import type { SessionRecord } from '../../native/session/records.js';
import { csvHeader, csvLine } from './event-csv.js';
import { jsonlLine } from './event-jsonl.js';
import { textLine } from './event-text.js';

export const EVENT_FORMATS = ['text', 'jsonl', 'csv'] as const;
export type EventFormat = (typeof EVENT_FORMATS)[number];

export interface EventLines {
  /** Comes first, once; may be empty. */
  readonly header: string;
  /** With its newline. */
  line(record: SessionRecord): string;
}

export function eventLines(format: EventFormat): EventLines {
  switch (format) {
    case 'text':
      return { header: '', line: textLine };
    case 'jsonl':
      return { header: '', line: jsonlLine };
    case 'csv':
      return { header: csvHeader(), line: csvLine };
  }
}
