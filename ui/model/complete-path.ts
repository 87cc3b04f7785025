/** Files that a typed path may mean. */
import fs from 'node:fs';
import path from 'node:path';
import type { Completion } from '../screen/prompt-line.js';

const SHOWN = 60;

export function completePath(typed: string): Completion {
  const dir = typed.endsWith('/') ? typed : path.dirname(typed || './');
  const start = typed.endsWith('/') ? '' : path.basename(typed);
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(dir === '' ? '.' : dir, { withFileTypes: true });
  } catch {
    return { words: [], typed }; // no such folder, or not ours to read: nothing to offer
  }
  const prefix = typed.slice(0, typed.length - start.length);
  const words = entries
    .filter((entry) => entry.name.startsWith(start) && (start.startsWith('.') || !entry.name.startsWith('.')))
    .map((entry) => prefix + entry.name + (entry.isDirectory() ? '/' : ''))
    .toSorted()
    .slice(0, SHOWN);
  return { words, typed };
}
