import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Files below `folder` (relative to `root`) whose name ends in `ending`, sorted. */
export function globSync(root, folder, ending) {
  return readdirSync(join(root, folder), { recursive: true })
    .map((f) => join(folder, String(f)))
    .filter((f) => f.endsWith(ending))
    .toSorted();
}
