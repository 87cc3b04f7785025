/** `show FILE` and `export FILE`: a recording on the screen, as lines, or for another program. */
import { closeSync } from 'node:fs';
import { basename } from 'node:path';
import { FileRecords, readRecording, Recording } from '../../native/session/recording/index.js';
import { perfettoTrace } from '../../native/session/recording/perfetto.js';
import { safeText } from '../../native/session/safe-text.js';
import type { Context } from '../context.js';
import { eventLines, type EventFormat } from '../output/event-lines.js';
import { newFile } from '../output/new-file.js';
import { usage } from '../flags.js';
import type { EXPORTS } from '../program.js';
import { needTerminal, show, type ScreenWords } from '../screen.js';
import { Sink } from '../output/sink.js';

export async function showRecording(
  path: string,
  words: ScreenWords & { readonly headless?: boolean; readonly output?: EventFormat },
  context: Context,
): Promise<void> {
  if (words.headless === true) return showLines(path, words.output ?? 'text', context);
  if (words.output !== undefined) throw usage('show takes -o with --headless only', 'Add --headless.');
  const recording = new Recording(path); // what is no recording is said before there is a screen
  needTerminal('Without one: uffdscope show FILE --headless');
  const source = {
    what: basename(path),
    doing: 'reading',
    saying: 'the whole recording is read once',
    attach: () => readRecording(recording),
  };
  await show(source, words, context);
}

async function showLines(path: string, format: EventFormat, context: Context): Promise<void> {
  using recording = new Recording(path);
  const records = new FileRecords(recording);
  await write(linesOf(records, format), context.out);
  sayDamage(path, records, context);
}

export async function exportTo(
  path: string,
  words: { readonly to: (typeof EXPORTS)[number]; readonly output?: string },
  context: Context,
): Promise<void> {
  using recording = new Recording(path);
  const records = new FileRecords(recording);
  const text = words.to === 'perfetto' ? perfettoTrace(recording, records) : linesOf(records, words.to);
  if (words.output === undefined) {
    await write(text, context.out);
  } else {
    const fd = newFile(words.output);
    try {
      await write(text, new Sink(fd));
    } finally {
      closeSync(fd);
    }
  }
  sayDamage(path, records, context);
}

function* linesOf(records: FileRecords, format: EventFormat): Generator<string> {
  const { header, line } = eventLines(format);
  yield header;
  for (const record of records.all()) yield line(record);
}

async function write(parts: Iterable<string>, out: Sink): Promise<void> {
  for (const part of parts) {
    if (out.closed.aborted) break;
    out.write(part);
    await out.drain();
  }
  await out.flush();
}

function sayDamage(path: string, records: FileRecords, context: Context): void {
  const shown = records.damage.slice(0, 10);
  for (const sentence of shown) context.say(`uffdscope: ${safeText(path)}: ${sentence}.`);
  if (records.damage.length > shown.length)
    context.say(`uffdscope: ${safeText(path)}: and ${records.damage.length - shown.length} more of this kind.`);
  if (records.recording.ending === null)
    context.say(`uffdscope: ${safeText(path)}: its recorder did not come to an end; this is what it had written.`);
}
