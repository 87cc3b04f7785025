/** Where the bytes of a copy come from, and sources that shrink or vanish while they are in use. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { until } from '../support/until.js';
import { eightPages, onFault, withScripts } from './fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'sources-'));
after(() => rmSync(folder, { recursive: true }));

/** Page n holds n+1 everywhere. */
const eightKinds = Buffer.concat(Array.from({ length: 8 }, (_, n) => Buffer.alloc(4096, n + 1)));

function file(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, eightKinds);
  return path;
}

const PAGES = ['01', '02', '03', '04', '05', '06', '07', '08'];

for (const [what, source] of [
  ['in words', (path: string) => `'${path}'`],
  ['as an object', (path: string) => `{ type: 'file', path: '${path}', offset: 0 }`],
  ['opened once', (path: string) => `(prepared ??= ctx.source('${path}@0'))`],
] as const)
  test(`a file, ${what}: each page gets the bytes at its place`, async () => {
    const script = onFault(`ctx.copy(${source(file('whole'))});`).replace(
      'export default',
      'let prepared: any;\nexport default',
    );
    await withScripts([script], async (stage) => {
      await eightPages(stage);
      assert.deepEqual(stage.bytes(), PAGES);
      assert.equal(stage.said(), '');
    });
  });

test('bytes, few and many, a pattern, hex digits', async () => {
  const script = onFault(`
    const sources = ['zero', 'pattern:5a', 'hex:c0ffee', new Uint8Array([0xee]), Buffer.alloc(4096, 0x31),
      { type: 'pattern', byte: 0x32 }, { type: 'bytes', bytes: new Uint8Array([0x33]) }, new Uint8Array(0)];
    ctx.copy(sources[fault.seq - 1]);`);
  await withScripts([script], async (stage) => {
    await eightPages(stage);
    assert.deepEqual(stage.bytes(), ['00', '5a', 'c0', 'ee', '31', '32', '33', '00']);
    const [, , , few] = stage.target.lines.map((line) => (JSON.parse(line) as { readonly bytes: string }).bytes);
    assert.equal(few, `ee${'00'.repeat(15)}`, 'what is not given is zero');
    assert.equal(stage.said(), '');
  });
});

test('a file that is cut while it is in use: the default answers from there on, and it is said', async () => {
  const path = file('cut');
  const script = `import { truncateSync } from 'node:fs';
    export default { onFault(fault: any, ctx: any) {
      if (fault.seq === 4) truncateSync('${path}', 3 * 4096 + 100);
      if (fault.seq === 6) truncateSync('${path}', 0);
      if (fault.seq === 5 || fault.seq === 7) return 'zero';
      ctx.copy('${path}');
    } };`;
  await withScripts([script], async (stage) => {
    await eightPages(stage);
    assert.deepEqual(stage.bytes(), ['01', '02', '03', '00', '00', '00', '00', '00'], 'never half a page');
    for (const seq of [4, 6, 8]) {
      await until('the record', () => stage.fault(seq).by !== null);
      assert.equal(stage.fault(seq).by, 'default');
      assert.ok(stage.said().includes(`fault ${seq}: copy failed; the source ends before the page`), stage.said());
    }
    assert.equal(stage.session.scripts.list()[0]!.state, 'on');
  });
});

test('a file that is removed, or replaced, while it is in use stays what it was', async () => {
  const path = file('gone');
  const script = `import { rmSync, writeFileSync } from 'node:fs';
    export default { onFault(fault: any, ctx: any) {
      if (fault.seq === 3) rmSync('${path}');
      if (fault.seq === 6) writeFileSync('${path}', 'another one');
      ctx.copy('${path}');
    } };`;
  await withScripts([script], async (stage) => {
    await eightPages(stage);
    assert.deepEqual(stage.bytes(), PAGES);
    assert.equal(stage.said(), '');
  });
});

test('bytes whose memory was given away, and what is no source at all', async () => {
  const script = onFault(`
    const wrong = [42, null, undefined, { prepared: 9 }, { prepared: -1 }, { type: 'file' }, 'pattern:zz'];
    if (fault.seq <= wrong.length && fault.seq % 2) return ctx.copy(wrong[fault.seq - 1] as never);
    if (fault.seq === 2 || fault.seq === 4) { ctx.copy(wrong[fault.seq + 1] as never); return; }
    if (fault.seq === 8) {
      const bytes = new Uint8Array(4096).fill(9);
      structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
      ctx.copy(bytes);
      return;
    }
    ctx.zero();`);
  await withScripts([script], async (stage) => {
    await eightPages(stage);
    assert.deepEqual(new Set(stage.bytes()), new Set(['00']));
    assert.match(stage.said(), /copy takes bytes \(a Uint8Array\), a source in words, or what ctx\.source\(\) gave/);
  });
});
