// Puts what the package carries into prebuilds/linux-ARCH: addon, keeper and targets, built here and stripped.
// Run by `npm pack` (prepack) and taken away again after it, so that a checkout always loads its own build.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const built = join(root, 'build', 'release');
const packed = join(root, 'prebuilds', `linux-${process.arch}`);

execFileSync('make', ['-s', '-C', import.meta.dirname], { stdio: 'inherit' });
rmSync(packed, { recursive: true, force: true });
mkdirSync(join(packed, 'targets'), { recursive: true });

// Named by their sources: the build directory may still hold a program whose source is gone.
const sources = (folder, ending) =>
  readdirSync(join(import.meta.dirname, folder))
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length));
const keepers = sources('keeper', '_main.cc').map((name) => `uffdscope-${name}`);
const targets = sources('targets', '.c').map((name) => `targets/${name}`);

for (const name of ['uffdscope.node', ...keepers]) strip('--strip-unneeded', name);
// The programs to learn from keep their function names, for debuggers and for filters by symbol.
for (const name of targets) strip('--strip-debug', name);

function strip(how, name) {
  execFileSync('strip', [how, '-o', join(packed, name), join(built, name)], { stdio: 'inherit' });
}
