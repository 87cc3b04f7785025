/** The step of docs/howto/ci.md does what it says: it passes, and both reports are there. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../native/addon/load.js';
import { bash } from '../cli/uffdscope.js';

test('the command of the GitHub Actions step: status 0, JUnit and JSON where the next step looks', async () => {
  const page = readFileSync(join(packageRoot(), 'docs/howto/ci.md'), 'utf8');
  const run = /run: >-\n((?: {4}.*\n)+)/
    .exec(page)![1]!
    .split('\n')
    .map((line) => line.trim())
    .join(' ');
  const uploads = /path: \|\n((?: {6}.*\n)+)/.exec(page)![1]!.trim().split(/\s+/);
  const folder = mkdtempSync(join(tmpdir(), 'ci-'));
  try {
    mkdirSync(join(folder, 'docs'));
    cpSync(join(packageRoot(), 'docs/examples'), join(folder, 'docs/examples'), { recursive: true });
    assert.match(run, /^npx uffdscope demo /);
    const command = run.replace('npx uffdscope', '$UFFDSCOPE');
    const { status, stderr } = await bash(`cd '${folder}' && ${command}`, { timeoutMs: 60_000 });
    assert.equal(status, 0, stderr);
    assert.deepEqual(
      uploads.filter((file) => !existsSync(join(folder, file))),
      [],
    );
    assert.match(readFileSync(join(folder, 'faults.xml'), 'utf8'), /<testsuites[\s\S]*failures="0"/);
    assert.equal((JSON.parse(readFileSync(join(folder, 'faults.json'), 'utf8')) as { readonly ok: boolean }).ok, true);
    const failing = await bash(`cd '${folder}' && ${command} --expect 'count=9'`, { timeoutMs: 60_000 });
    assert.equal(failing.status, 4, failing.stderr);
    assert.match(readFileSync(join(folder, 'faults.xml'), 'utf8'), /<failure/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
