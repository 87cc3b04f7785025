/** The name of a script that gives none. */
import { basename, extname } from 'node:path';

/** Its file's name, as far as it may stand in a rule. */
export function nameOf(path: string): string {
  const bare = basename(path, extname(path))
    .replace(/[^\w.-]/g, '-')
    .replace(/^[^A-Za-z]+/, '')
    .slice(0, 32);
  return bare === '' ? 'script' : bare;
}
