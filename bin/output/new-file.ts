/** A file that a command was asked to write, as a descriptor. */
import fs from 'node:fs';
import { UffdscopeError } from '../../native/session/errors.js';
import { safeText } from '../../native/session/safe-text.js';

const { O_WRONLY, O_CREAT, O_EXCL, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/** Follows no link; a new one belongs to the real user where sudo started us. @throws UffdscopeError OUTPUT. */
export function newFile(path: string): number {
  try {
    return made(path) ?? fs.openSync(path, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_NONBLOCK);
  } catch (cause) {
    const { code = 'an error' } = cause as NodeJS.ErrnoException;
    const why = code === 'ELOOP' ? 'is a symbolic link' : `cannot be written (${code})`;
    throw new UffdscopeError('OUTPUT', `${safeText(path)} ${why}.`, 'Name another file with -o.', {}, { cause });
  }
}

/** null: there is one. */
function made(path: string): number | null {
  let fd: number;
  try {
    fd = fs.openSync(path, O_WRONLY | O_CREAT | O_EXCL, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  }
  const [uid, gid] = [Number(process.env['SUDO_UID']), Number(process.env['SUDO_GID'])];
  if (process.geteuid?.() === 0 && Number.isInteger(uid) && Number.isInteger(gid)) fs.fchownSync(fd, uid, gid);
  return fd;
}
