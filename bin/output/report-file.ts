/** A file that we were told to write: ours alone to read, never through a link, and of whoever called sudo. */
import { accessSync, closeSync, constants, fchownSync, ftruncateSync, lstatSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { UffdscopeError } from '../../native/session/errors.js';
import { safeText } from '../../native/session/safe-text.js';

/** Before anything is begun: can it be written at the end? @throws UffdscopeError OUTPUT. */
export function checkReportFile(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK);
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there === undefined || there.isFile()) return;
  } catch (cause) {
    throw cannot(path, cause);
  }
  throw new UffdscopeError('OUTPUT', `${safeText(path)} is no plain file, so nothing is written to it.`, '');
}

/** @throws UffdscopeError OUTPUT. */
export function writeReportFile(path: string, text: string): void {
  let fd: number | null = null;
  try {
    fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
    ftruncateSync(fd);
    const uid = Number(process.env['SUDO_UID'] ?? Number.NaN);
    const gid = Number(process.env['SUDO_GID'] ?? Number.NaN);
    if (process.getuid?.() === 0 && Number.isInteger(uid)) fchownSync(fd, uid, Number.isInteger(gid) ? gid : uid);
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
  } catch (cause) {
    throw cannot(path, cause);
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

function cannot(path: string, cause: unknown): UffdscopeError {
  const why = (cause as NodeJS.ErrnoException).code ?? 'an error';
  return new UffdscopeError('OUTPUT', `${safeText(path)} cannot be written (${why}).`, '', {}, { cause });
}
