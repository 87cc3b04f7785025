/** A file that a command was asked to write. */
import fs from 'node:fs';
import { UffdscopeError } from '../../native/session/errors.js';
import { safeText } from '../../native/session/safe-text.js';

/** Follows no link, and belongs to the real user where sudo started us. @throws UffdscopeError USAGE. */
export function newFile(path: string): number {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  try {
    const fd = fs.openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0o644);
    const [uid, gid] = [Number(process.env['SUDO_UID']), Number(process.env['SUDO_GID'])];
    const made = fs.fstatSync(fd);
    if (process.geteuid?.() === 0 && made.isFile() && Number.isInteger(uid) && Number.isInteger(gid))
      fs.fchownSync(fd, uid, gid);
    return fd;
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    const why = code === 'ELOOP' ? 'is a symbolic link' : `cannot be written (${code})`;
    throw new UffdscopeError('USAGE', `${safeText(path)} ${why}.`, 'Name another file with -o.', {}, { cause });
  }
}
