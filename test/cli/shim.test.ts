/** bin/uffdscope.js before anything else is loaded: what is missing is one sentence. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bash, COMMAND } from './uffdscope.js';

/** The shim alone, as in a checkout that was not built. */
async function alone(preload: string): Promise<{ status: number | null; stderr: string; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'shim-'));
  try {
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    copyFileSync(COMMAND, join(folder, 'bin', 'uffdscope.js'));
    writeFileSync(join(folder, 'preload.mjs'), preload);
    const outcome = await bash(
      `${process.execPath} --import ${join(folder, 'preload.mjs')} ${join(folder, 'bin', 'uffdscope.js')} ps`,
    );
    assert.equal(outcome.stdout, '');
    return { ...outcome, folder };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('not built: the exact command', async () => {
  const { status, stderr, folder } = await alone('');
  assert.equal(status, 1);
  assert.equal(stderr, `uffdscope is not built yet.\n  Build it: cd ${folder} && npm ci && npm run build\n`);
});

test('a Node that is too old, and a system that is not Linux', async () => {
  const old = await alone(
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } });`,
  );
  assert.equal(old.status, 1);
  assert.equal(old.stderr, 'uffdscope needs Node.js 20.19 or newer; this is 18.20.4.\n');
  const other = await alone(`Object.defineProperty(process, 'platform', { value: 'darwin' });`);
  assert.equal(other.status, 1);
  assert.match(other.stderr, /^uffdscope runs on Linux only/);
});

test('a native part that does not fit is passed over for the next one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'native-'));
  try {
    writeFileSync(join(folder, 'uffdscope.node'), 'not an object');
    const { stderr, status } = await bash(`$UFFDSCOPE ps --json | head -c 20`, { env: { UFFDSCOPE_NATIVE: folder } });
    assert.equal(status, 0);
    assert.equal(stderr, '');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
