// Runs the C++ tests under AddressSanitizer with UBSan, then under ThreadSanitizer; an argument names just one:
// `npm run test:sanitize -- tsan`.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const wanted = process.argv.slice(2);
for (const variant of wanted.length > 0 ? wanted : ['asan', 'tsan']) {
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', '--test', 'test/native/native.test.ts'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, UFFDSCOPE_NATIVE_VARIANT: variant },
  });
  if (status !== 0) process.exit(status ?? 1);
}
