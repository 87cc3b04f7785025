/** Which files there are, and whether they may be believed. */
import fs from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { LARGEST } from './parse.js';

export interface ConfigFile {
  /** As it is shown. */
  readonly name: string;
  readonly found: { readonly state: 'absent' } | { readonly state: 'refused'; readonly why: string } | { readonly state: 'read'; readonly text: string }; // prettier-ignore
}

/** The user's own, then that of this folder, which wins. */
export function configFiles(env: NodeJS.ProcessEnv = process.env): ConfigFile[] {
  const asked = env['XDG_CONFIG_HOME'];
  const base = asked !== undefined && isAbsolute(asked) ? asked : join(home(env), '.config'); // XDG: relative is ignored
  const files = [join(base, 'uffdscope', 'config.json'), './.uffdscoperc.json'];
  return files.map((name, place) => ({ name, found: look(name, place === 1) }));
}

function home(env: NodeJS.ProcessEnv): string {
  return env['HOME'] || homedir();
}

/**
 * The same file is checked and read: opened once, and never one that could make us wait. Anybody can put a file into a
 * folder that we are started in, so it must be the real user's, no link to something else, and nobody else may write it.
 */
function look(name: string, ofFolder: boolean): ConfigFile['found'] {
  let fd: number;
  try {
    fd = fs.openSync(name, fs.constants.O_RDONLY | (ofFolder ? fs.constants.O_NOFOLLOW : 0) | fs.constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // EACCES: started as another user with the environment of the first; whether there is one cannot be told.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return { state: 'absent' };
    return { state: 'refused', why: code === 'ELOOP' ? 'it is a symbolic link' : `it cannot be opened (${code})` };
  }
  try {
    const why = against(fs.fstatSync(fd));
    return why === null ? { state: 'read', text: fs.readFileSync(fd, 'utf8') } : { state: 'refused', why };
  } finally {
    fs.closeSync(fd);
  }
}

function against(stat: fs.Stats): string | null {
  if (!stat.isFile()) return 'it is no regular file';
  const real = process.getuid?.() ?? userInfo().uid;
  const behindSudo = real === 0 ? Number(process.env['SUDO_UID'] ?? NaN) : NaN;
  if (stat.uid !== real && stat.uid !== behindSudo) return `it belongs to user ${stat.uid}, and this is user ${real}`;
  if ((stat.mode & 0o022) !== 0) return 'others may write it (chmod go-w would change that)';
  return stat.size > LARGEST ? `it is larger than ${LARGEST} bytes` : null;
}
