// Cross-compiles core and keeper for arm64 and looks at what came out. Needs Debian's g++-aarch64-linux-gnu.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const built = spawnSync('make', ['-C', here, '-s', 'CROSS=aarch64-linux-gnu-', 'VARIANT=arm64', 'core'], {
  stdio: 'inherit',
});
if (built.status !== 0) process.exit(built.status ?? 1);

/** e_machine of a 64-bit little-endian ELF file, else undefined. */
function machine(file) {
  const head = readFileSync(file).subarray(0, 20);
  const elf64le = head.length === 20 && head.toString('latin1', 0, 6) === '\x7fELF\x02\x01';
  return elf64le ? head.readUInt16LE(18) : undefined;
}

const EM_AARCH64 = 183;
const out = join(here, '../build/arm64');
const objects = readdirSync(join(out, 'obj'), { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.o'))
  .map((name) => join(out, 'obj', name));
const programs = readdirSync(out)
  .filter((name) => name.startsWith('uffdscope-'))
  .map((name) => join(out, name));
const wrong = [...objects, ...programs].filter((file) => machine(file) !== EM_AARCH64);
if (programs.length === 0 || objects.length === 0 || wrong.length > 0) {
  console.error(wrong.length > 0 ? `Not arm64: ${wrong.join(', ')}` : 'No keeper was built for arm64.');
  process.exit(1);
}
console.log(`arm64: ${String(objects.length)} objects and ${programs.map((p) => p.split('/').pop()).join(', ')}`);
