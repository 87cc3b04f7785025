/** Is there such a script at all? Asked before anything is touched. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UffdscopeError } from '../errors.js';
import { safeText } from '../safe-text.js';

/** Its full path. @throws UffdscopeError SCRIPT. */
export function checkScriptFile(path: string): string {
  const full = resolve(path);
  if (!/\.(ts|mts|js|mjs)$/.test(full))
    throw new UffdscopeError('SCRIPT', `${safeText(path)} is no script.`, 'A script ends in .ts, .js or .mjs.');
  let stat;
  try {
    stat = statSync(full);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'an error';
    throw new UffdscopeError('SCRIPT', `The script ${safeText(path)} cannot be read (${why}).`, '', {}, { cause });
  }
  if (!stat.isFile()) throw new UffdscopeError('SCRIPT', `${safeText(path)} is no file.`, 'Name a file.');
  return full;
}
