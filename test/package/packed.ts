/** `npm pack` of a copy of this checkout, and `npm install -g` of the result where there is no compiler. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { packageRoot } from '../../native/addon/load.js';
import { version } from '../../native/session/version.js';

/** A new folder that other users may enter. */
export function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'uffdscope-package-'));
  chmodSync(folder, 0o755);
  return folder;
}

const MADE = new Set(['.git', 'node_modules', 'build', 'dist', 'prebuilds', 'man']);
const COMPILED_FOR_TESTS = new Set(['test', 'bench', 'native-tests', 'filter-answers', 'victim']);

/** What was made is left out, so nothing old gets into the package; only what the compiler made for it comes along. */
function copyCheckout(to: string): void {
  const root = packageRoot();
  for (const name of readdirSync(root)) {
    if (!MADE.has(name) && !name.endsWith('.tgz'))
      cpSync(join(root, name), join(to, name), { recursive: true, preserveTimestamps: true });
  }
  const release = join(root, 'build', 'release');
  cpSync(release, join(to, 'build', 'release'), {
    recursive: true,
    preserveTimestamps: true,
    filter: (path) =>
      !relative(release, path)
        .split(sep)
        .some((part) => COMPILED_FOR_TESTS.has(part)),
  });
  symlinkSync(join(root, 'node_modules'), join(to, 'node_modules'));
}

/** Path of the tarball, made in `folder`. @throws when a script of npm's life cycle fails. */
export function pack(folder: string): string {
  const checkout = join(folder, 'checkout');
  mkdirSync(checkout);
  copyCheckout(checkout);
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: checkout, stdio: 'pipe' });
  return join(folder, `uffdscope-${version}.tgz`);
}

/** A folder for PATH that holds node, npm and sh, and no compiler. */
export function barePath(folder: string): string {
  const bin = join(folder, 'path');
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  for (const name of ['npm', 'sh']) symlinkSync(which(name), join(bin, name));
  return bin;
}

function which(name: string): string {
  const found = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
  return realpathSync(found);
}

/** A project of its own, with nothing in it but this package; scripts do not run. */
export function installIn(project: string, tarball: string, path: string): void {
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'mine', private: true, type: 'module' }));
  npmInstall(['--prefix', project, tarball], project, path);
}

/** Prefix of a global installation made with nothing but `path`. */
export function install(tarball: string, folder: string, path: string): string {
  const prefix = join(folder, 'prefix');
  npmInstall(['-g', '--prefix', prefix, tarball], folder, path);
  return prefix;
}

function npmInstall(words: readonly string[], cwd: string, path: string): void {
  const all = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', ...words];
  const npm = spawnSync('npm', all, { cwd, env: { ...networkSettings(), PATH: path }, encoding: 'utf8' });
  if (npm.status !== 0) throw new Error(`npm install failed: ${npm.error?.message ?? ''}${npm.stderr}`);
}

/** How this machine reaches its registry, and nothing else of its environment. */
function networkSettings(): NodeJS.ProcessEnv {
  const wanted = /^(?:HOME|npm_config_(?:registry|userconfig|globalconfig|cache)|NODE_EXTRA_CA_CERTS|\w*_proxy)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => wanted.test(name)));
}
