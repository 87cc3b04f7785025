/** c: where the bytes of an answer come from. */
import { UffdscopeError } from '../../native/session/errors.js';
import type { Source } from '../../native/session/types.js';
import { parseAddress, parseByte, parseFilePlace, type Parsed } from '../model/arguments.js';
import { parseHex } from '../model/byte-search.js';
import { completePath } from '../model/complete-path.js';
import { plural } from '../rows/format.js';
import type { App } from '../faces.js';
import { focused } from './bytes.js';
import { legalOnes, perform } from './deeds.js';
import { askValue, choose, type ValueText } from './dialogs.js';

type From = 'file' | 'page' | 'hex' | 'pattern' | 'paste';

export async function copyMenu(app: App): Promise<void> {
  const from = await choose<From>(app, {
    title: `Copy into #${focused(app).seq}`,
    items: [
      { key: 'f', title: 'a file', note: 'PATH or PATH@OFFSET', value: 'file' },
      { key: 'p', title: 'another page of the target', note: 'as it is now', value: 'page' },
      { key: 'h', title: 'hex', note: 'the rest of the page is zero', value: 'hex' },
      { key: 'b', title: 'a byte, repeated', value: 'pattern' },
      { key: 'v', title: 'the clipboard', note: 'pasted as text', value: 'paste' },
    ],
  });
  if (from !== null) await fill(app, from);
}

async function fill(app: App, from: From): Promise<void> {
  switch (from) {
    case 'file': {
      const text = { label: 'file: ', history: 'source-file', parse: parseFilePlace, complete: completePath };
      return typed(app, text, (place) => ({ type: 'file', ...place }));
    }
    case 'page':
      return typed(app, { label: 'address: ', history: 'address', parse: parseAddress }, (at) => pageSource(app, at));
    case 'hex':
      return typed(app, { label: 'hex: ', history: 'hex', parse: hexBytes }, (bytes) => whole(app, bytes));
    case 'pattern':
      return typed(app, { label: 'byte: ', history: 'byte', parse: parseByte }, (byte) => ({ type: 'pattern', byte }));
    case 'paste':
      return typed(app, { label: 'paste here: ', history: 'paste', parse: textBytes }, (bytes) => whole(app, bytes));
  }
}

/** `:copy FILE@OFF`, `:copy hex:7f45`, `:copy pattern:aa`, `:copy page:0x7f…`. */
export async function copyLine(app: App, line: string): Promise<void> {
  const [, kind, rest] = /^(hex|pattern|page|file):(.*)$/s.exec(line.trim()) ?? [null, 'file', line];
  switch (kind) {
    case 'hex':
      return give(app, whole(app, valueOf(hexBytes(rest!))));
    case 'pattern':
      return give(app, { type: 'pattern', byte: valueOf(parseByte(rest!)) });
    case 'page':
      return give(app, await pageSource(app, valueOf(parseAddress(rest!))));
    default:
      return give(app, { type: 'file', ...valueOf(parseFilePlace(rest!)) });
  }
}

async function typed<T>(
  app: App,
  text: Omit<ValueText<T>, 'title'>,
  source: (value: T) => Source | Promise<Source>,
): Promise<void> {
  const value = await askValue(app, { title: 'Copy', ...text });
  if (value !== null) await give(app, await source(value));
}

async function give(app: App, source: Source): Promise<void> {
  await perform(app, { verb: 'copy', source }, legalOnes(app, 'copy'));
}

async function pageSource(app: App, address: bigint): Promise<Source> {
  const { pageSize } = focused(app);
  const bytes = await app.at.session.readPage(address - (address % BigInt(pageSize)), pageSize);
  if (!bytes.known) throw new UffdscopeError('SOURCE', `That page cannot be copied: ${bytes.reason}`);
  return { type: 'bytes', bytes: bytes.bytes };
}

/** A whole page, from its beginning. */
function whole(app: App, bytes: Uint8Array): Source {
  const page = new Uint8Array(focused(app).pageSize);
  page.set(bytes.subarray(0, page.length));
  if (bytes.length > page.length) app.say(`only the first ${plural(page.length, 'byte')} fit`, 'warn');
  return { type: 'bytes', bytes: page };
}

function hexBytes(line: string): Parsed<Uint8Array> {
  const bytes = parseHex(line);
  return bytes ? { ok: true, value: bytes } : { ok: false, message: 'bytes in hex, such as 7f 45 4c 46' };
}

function textBytes(line: string): Parsed<Uint8Array> {
  return line === ''
    ? { ok: false, message: 'nothing was pasted yet' }
    : { ok: true, value: new TextEncoder().encode(line) };
}

function valueOf<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new UffdscopeError('USAGE', `copy takes ${parsed.message}.`);
  return parsed.value;
}
