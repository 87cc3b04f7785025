#!/usr/bin/env node
// Plain JavaScript that any Node can read: says what is missing before anything newer is loaded.
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDS = [20, 19];

function problem() {
  const have = process.versions.node.split('.').map(Number);
  if (process.platform !== 'linux') {
    return ['uffdscope runs on Linux only: userfaultfd is a part of its kernel.', ''];
  }
  if (have[0] < NEEDS[0] || (have[0] === NEEDS[0] && have[1] < NEEDS[1])) {
    return [`uffdscope needs Node.js ${NEEDS.join('.')} or newer; this is ${process.versions.node}.`, ''];
  }
  if (!existsSync(new URL('../dist/bin/main.js', import.meta.url))) {
    const root = dirname(dirname(fileURLToPath(import.meta.url)));
    return ['uffdscope is not built yet.', `Build it: cd ${root} && npm ci && npm run build`];
  }
  return null;
}

const found = problem();
if (found === null) {
  process.env.NODE_ENV = 'production'; // React's development build draws several times slower
  const { main } = await import('../dist/bin/main.js');
  await main(process.argv.slice(2));
} else {
  process.stderr.write(`${found.filter(Boolean).join('\n  ')}\n`);
  process.exitCode = 1;
}
