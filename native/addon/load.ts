/** Finds the built parts: the addon, the keeper, the targets. Order: UFFDSCOPE_NATIVE, the package's prebuilt ones, our build. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UffdscopeError } from '../session/errors.js';
import type { ObserveAddon } from './observe.js';

let root: string | undefined;

/** The package's directory; this file stands in it twice, as source and in dist. */
export function packageRoot(): string {
  if (root !== undefined) return root;
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, 'package.json')) && dirname(dir) !== dir) dir = dirname(dir);
  return (root = dir);
}

function libc(): 'glibc' | 'musl' {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}

function folders(): string[] {
  const override = process.env['UFFDSCOPE_NATIVE'];
  const platform = `linux-${process.arch}`;
  return [
    ...(override === undefined ? [] : [override]),
    join(packageRoot(), 'prebuilds', platform),
    join(packageRoot(), 'prebuilds', `${platform}-musl`),
    join(packageRoot(), 'build', 'release'),
  ];
}

/** Path of a built file (`uffdscope-keeper`, `targets/demo_missing`), or null where it is not there. */
export function findNative(name: string): string | null {
  const beside = loaded === undefined ? [] : [loaded.folder];
  return [...beside, ...folders()].map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** @throws UffdscopeError NOT_BUILT. */
export function nativeFile(name: string): string {
  const found = findNative(name);
  if (found !== null) return found;
  throw notBuilt(`${name} is not there for ${machine()}.`);
}

let loaded: { readonly folder: string; readonly exports: object } | undefined;

/** The addon, loaded once. @throws UffdscopeError NOT_BUILT where it is missing or does not fit this machine. */
export function addon<T extends object = ObserveAddon>(): T {
  loaded ??= load();
  return loaded.exports as T;
}

function load(): NonNullable<typeof loaded> {
  const require = createRequire(import.meta.url);
  let failure: unknown;
  for (const folder of folders()) {
    const path = join(folder, 'uffdscope.node');
    if (!existsSync(path)) continue;
    try {
      return { folder, exports: require(path) as object };
    } catch (cause) {
      failure = cause; // made for another C library, perhaps; the next one may fit
    }
  }
  if (failure === undefined) throw notBuilt(`The native part is not there for ${machine()}.`);
  throw notBuilt(`The native part does not fit ${machine()}.`, failure);
}

function machine(): string {
  return `${process.platform} ${process.arch}, ${libc()}, Node-API ${process.versions['napi'] ?? '?'}`;
}

function notBuilt(message: string, cause?: unknown): UffdscopeError {
  const reason = cause instanceof Error ? ` (${cause.message})` : '';
  return new UffdscopeError(
    'NOT_BUILT',
    message + reason,
    `Build it: cd ${packageRoot()} && npm run build:native`,
    {},
    { cause },
  );
}
