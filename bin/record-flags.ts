/** The flags of a recording that is made beside something else. */
import type { Command } from 'commander';
import type { AttachOptions } from '../native/session/index.js';
import { parseSize, usage } from './flags.js';

export interface RecordWords {
  readonly record?: string;
  readonly maxSize?: string;
  readonly recordPages?: boolean;
}

export function addRecordFlags(command: Command): Command {
  return addRecordingFlags(command.option('--record <file>', 'write down everything: show, export, replay it later'));
}

/** How it is recorded, wherever the file is named. */
export function addRecordingFlags(command: Command): Command {
  return command
    .option('--max-size <size>', 'with a recording: its files together take no more, the oldest are dropped (1G)')
    .option('--record-pages', 'with a recording: the bytes of answers, too');
}

/** @throws UffdscopeError USAGE. */
export function recordOptions(words: RecordWords): Pick<AttachOptions, 'record'> {
  if (words.record === undefined) {
    if (words.maxSize !== undefined || words.recordPages !== undefined)
      throw usage('--max-size and --record-pages are for a recording', 'Add --record FILE.');
    return {};
  }
  return {
    record: {
      path: words.record,
      ...(words.maxSize !== undefined && { maxBytes: parseSize(words.maxSize, '--max-size') }),
      ...(words.recordPages === true && { pages: true }),
    },
  };
}
