/** `rules check`: what is wrong and what is odd, as text and as JSON. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { uffdscope } from './uffdscope.js';

const folder = mkdtempSync(join(tmpdir(), 'rules-check-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('what is odd is said with its line, and is no failure', async () => {
  const path = file('odd', '# two of them\nrange=heap: zero\n\nrange=heap off<4k: hold\noff<4k off>8k: pass\n');
  const { status, stdout, stderr } = await uffdscope(['rules', 'check', path]);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^ {3}2 {2}range=heap: zero$/m);
  assert.ok(
    stdout.includes(`${path}:4: it is never reached: the rule in line 2 takes everything that it takes.`),
    stdout,
  );
  assert.ok(stdout.includes(`${path}:5: its filter contradicts itself, so it never takes a fault.`), stdout);
  assert.match(stdout, /3 rules, all understood\./);
});

test('--json: rules, warnings and errors by line', async () => {
  const path = file('wrong', 'delay=5ms~2ms\nzero\nhold\nrange=heap: dellay=1ms\n');
  const { status, stdout, stderr } = await uffdscope(['rules', 'check', path, '--json']);
  assert.equal(status, 2);
  assert.match(stderr, /wrong:4: no action "dellay"; did you mean delay\?/);
  const document = JSON.parse(stdout) as {
    schema: string;
    rules: { line: number; canonical: string }[];
    warnings: { line: number; message: string }[];
    errors: { line: number; message: string }[];
  };
  assert.equal(document.schema, 'uffdscope.rules/1');
  assert.deepEqual(
    document.rules.map(({ line, canonical }) => [line, canonical]),
    [
      [1, 'delay=5ms~2ms'],
      [2, 'zero'],
      [3, 'hold'],
    ],
  );
  assert.deepEqual(
    document.warnings.map(({ line }) => line),
    [3],
  );
  assert.deepEqual(
    document.errors.map(({ line }) => line),
    [4],
  );
});

test('a file with nothing but mistakes names the first twenty', async () => {
  const { status, stderr } = await uffdscope(['rules', 'check', file('many', 'bogus\n'.repeat(500))]);
  assert.equal(status, 2);
  assert.match(stderr, /… and 480 more lines that cannot be read/);
  assert.ok(stderr.split('\n').length < 100);
});
