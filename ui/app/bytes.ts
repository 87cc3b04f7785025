/** Bytes for an answer: from files, patterns, pages, hex, the hex editor, or damaged on purpose. */
import fs from 'node:fs';
import { corrupt } from '../../native/session/corrupt.js';
import { UffdscopeError } from '../../native/session/errors.js';
import type { Corruption, Fault } from '../../native/session/types.js';
import type { FilePlace } from '../model/arguments.js';
import { HexEditor } from '../views/hex-editor.js';
import type { App } from '../faces.js';

/** The fault in focus. Only where a command is enabled by it. */
export function focused(app: App): Fault {
  const fault = app.at.list.focused;
  if (fault === null) throw new UffdscopeError('USAGE', 'No fault is selected.');
  return fault;
}

/** What an answer would give; zeros where there is no source yet, for then the operator writes it all. */
export async function answerBytes(app: App, fault: Fault): Promise<Uint8Array> {
  const loaded = await app.at.session.preview(fault.seq);
  if (loaded.known) return loaded.bytes;
  app.say(`${loaded.reason} Begun with zeros.`, 'warn');
  return new Uint8Array(fault.pageSize);
}

/** e: open the editor on them; kept bytes are used by `answer`. */
export async function editBytes(app: App, fault: Fault): Promise<void> {
  const { originals } = app.at;
  const bytes = await answerBytes(app, fault);
  if (!originals.has(fault.seq)) originals.set(fault.seq, Uint8Array.from(bytes));
  const original = originals.get(fault.seq)!;
  const kept = await new Promise<Uint8Array | null>((resolve) => {
    const touched = Number(fault.address - fault.page);
    app.overlays.open(new HexEditor(app, { title: `Edit #${fault.seq}`, bytes, original, touched }, resolve));
  });
  if (kept === null) return;
  keep(app, fault.seq, Buffer.compare(kept, original) === 0 ? null : kept);
}

/** Keep bytes for this fault, or go back to what it would have got. */
export function keep(app: App, seq: number, bytes: Uint8Array | null): void {
  const { session, originals, bytes: cache } = app.at;
  session.edit(seq, bytes);
  cache.forget(seq);
  if (bytes === null) originals.delete(seq);
  app.say(bytes === null ? `#${seq}: not edited` : `#${seq}: bytes kept; a answers with them`, 'ok');
}

/** `length` bytes of a file. @throws UffdscopeError SOURCE where it is too short or cannot be read. */
export function fileBytes({ path, offset }: FilePlace, length: number): Uint8Array {
  const bytes = Buffer.alloc(length);
  try {
    const fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    try {
      const n = fs.readSync(fd, bytes, 0, length, offset);
      if (n < length)
        throw new UffdscopeError('SOURCE', `${path} has ${n} bytes at ${offset}, and a page needs ${length}.`);
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    if (error instanceof UffdscopeError) throw error;
    throw new UffdscopeError(
      'SOURCE',
      `${path} cannot be read: ${(error as Error).message}.`,
      '',
      {},
      { cause: error },
    );
  }
  return bytes;
}

/** What is on the screen in the detail pane, to a new file of its own. */
export function saveBytes(path: string, bytes: Uint8Array): void {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
  try {
    const fd = fs.openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      fs.writeSync(fd, bytes);
      const uid = Number(process.env['SUDO_UID'] ?? -1);
      const gid = Number(process.env['SUDO_GID'] ?? -1);
      if (process.getuid?.() === 0 && uid > 0 && gid > 0) fs.fchownSync(fd, uid, gid);
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    throw new UffdscopeError(
      'SOURCE',
      `${path} cannot be written: ${(error as Error).message}.`,
      '',
      {},
      { cause: error },
    );
  }
}

/** Damage done to bytes, and the rows that differ, as `before` and `after` offsets. */
export function damaged(bytes: Uint8Array, damage: Corruption): { after: Uint8Array; rows: number[] } {
  const after = corrupt(bytes, [damage]);
  const rows = new Set<number>();
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== after[i]) rows.add(i >> 4);
  return { after, rows: [...rows] };
}
