/** `npm run docs`: writes docs/reference and the generated part of the manual page. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedFiles } from './generate/files.js';

for (const [name, text] of generatedFiles()) {
  const path = join(import.meta.dirname, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`docs/${name}`);
}
