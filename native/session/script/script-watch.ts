/** Tells when a script's file was saved. */
import { statSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';

/** One save is several events. */
const SETTLED_MS = 100;

/** Which state of the file it is; '' where there is none. */
export function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat ? `${stat.ino} ${stat.size} ${stat.mtimeNs}` : '';
}

/** Editors write another file and rename it, so the folder is watched. null: it cannot be. */
export function watchScript(path: string, saved: (stamp: string) => void): FSWatcher | null {
  let soon: NodeJS.Timeout | undefined;
  const changed = (_: string, file: string | null): void => {
    if (file !== null && file !== basename(path)) return;
    clearTimeout(soon);
    soon = setTimeout(() => {
      const stamp = stampOf(path);
      if (stamp !== '') saved(stamp);
    }, SETTLED_MS).unref();
  };
  try {
    const watcher = watch(dirname(path), { persistent: false }, changed);
    watcher.on('error', () => watcher.close()); // the folder went away; reloading by hand still works
    return watcher;
  } catch {
    return null;
  }
}
