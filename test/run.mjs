// Builds what is needed and runs every test: C++ by doctest (inside test/native/native.test.ts), the rest by node:test.
// Arguments narrow it: `npm test -- cli unit/filter` runs the files whose path contains one of them.
import { spawnSync } from 'node:child_process';
import { globSync } from './support/files.mjs';
import { fileURLToPath } from 'node:url';
import { dirname } from 'node:path';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const run = (command, args) => {
  const { status, signal } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? (signal ? 1 : 0));
};
const wanted = process.argv.slice(2);
const files = globSync(root, 'test', '.test.ts').filter((f) => !wanted.length || wanted.some((w) => f.includes(w)));
if (files.length === 0) {
  console.error(`No test file matches ${wanted.join(' ')}.`);
  process.exit(2);
}
if (!process.env.UFFDSCOPE_NO_BUILD) run('npm', ['run', '-s', 'build']);
// One file at a time: tests share two cores with real targets and measure what a person would feel.
const reporters = [
  ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
  ...['--test-reporter=./test/support/no-skips.mjs', '--test-reporter-destination=stderr'],
];
const seed = process.env.CI ? ['--import', './test/support/seed.mjs'] : [];
run(process.execPath, ['--import', 'tsx', ...seed, '--test', '--test-concurrency=1', ...reporters, ...files]);
