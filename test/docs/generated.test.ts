/** A page that is made from a table says what the table says now. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { generatedFiles } from '../../docs/generate/files.js';
import { packageRoot } from '../../native/addon/load.js';

const docs = join(packageRoot(), 'docs');

for (const [name, made] of generatedFiles()) {
  test(`docs/${name} is what \`npm run docs\` makes`, () => {
    assert.ok(readFileSync(join(docs, name), 'utf8') === made, `docs/${name} is stale: run npm run docs`);
  });
}

/** A format is written by hand: it must not change with the code. */
const BY_HAND = ['recording-format.md'];

test('docs/reference holds nothing else', () => {
  const made = [...generatedFiles().keys()].filter((name) => name.startsWith('reference/'));
  assert.deepEqual(
    readdirSync(join(docs, 'reference'), { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.md'))
      .toSorted(),
    [...made.map((name) => name.slice('reference/'.length)), ...BY_HAND].toSorted(),
  );
});
