/** What a binary asks of the machine it runs on, by readelf. */
import { execFileSync } from 'node:child_process';

export interface Needs {
  /** Shared libraries, by name. */
  readonly libraries: readonly string[];
  /** Newest version of glibc among its symbols: [2, 35]. */
  readonly glibc: readonly [number, number];
  readonly hasDebugInfo: boolean;
  readonly machine: string;
}

export function needsOf(path: string): Needs {
  const readelf = (what: string) => execFileSync('readelf', ['-W', what, path], { encoding: 'utf8' });
  const versions = [...readelf('-V').matchAll(/GLIBC_(\d+)\.(\d+)/g)].map(
    ([, major, minor]) => [Number(major), Number(minor)] as const,
  );
  const glibc = versions.reduce((a, b) => (newer(b, a) ? b : a), [0, 0] as const);
  return {
    libraries: [...readelf('-d').matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name!),
    glibc,
    hasDebugInfo: readelf('-S').includes('.debug_info'),
    machine: /Machine:\s+(.*)/.exec(readelf('-h'))?.[1] ?? '',
  };
}

export function newer([a, b]: readonly [number, number], [c, d]: readonly [number, number]): boolean {
  return a > c || (a === c && b > d);
}
