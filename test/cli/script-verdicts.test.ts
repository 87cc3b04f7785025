/** What a script did wrong fails a run for CI: exit status 4, and in every report. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Summary } from '../../native/session/index.js';
import { uffdscope } from './uffdscope.js';

const folder = mkdtempSync(join(tmpdir(), 'verdicts-'));
after(() => rmSync(folder, { recursive: true }));

/** A run of eight faults with the script, and what its reports say of it. */
async function judged(name: string, source: string) {
  const [script, json, junit] = [`${name}.ts`, `${name}.json`, `${name}.xml`].map((file) => join(folder, file)) as [
    string,
    string,
    string,
  ];
  writeFileSync(script, source);
  const { status, stderr } = await uffdscope(
    [
      'demo',
      'missing',
      '--headless',
      '--default',
      'zero',
      '--script',
      script,
      '--summary-json',
      json,
      '--junit',
      junit,
    ],
    { timeoutMs: 60_000 },
  );
  const { verdicts, ok } = JSON.parse(readFileSync(json, 'utf8')) as Summary;
  assert.equal(ok, status === 0);
  assert.ok(verdicts.every(({ from }) => from === 'script'));
  return { status, stderr, verdicts, junit: readFileSync(junit, 'utf8') };
}

const hook = (body: string): string => `export default { onFault(fault, ctx) { ${body} } };`;

test('one that does what it should: status 0, and it is named', async () => {
  const { status, verdicts, junit } = await judged('fine', hook('ctx.expect(true, "fine"); ctx.zero();'));
  assert.equal(status, 0);
  assert.deepEqual(verdicts, [{ from: 'script', text: 'fine', ok: true, seen: 'it ran to the end', value: null }]);
  assert.match(junit, /tests="1" failures="0"/);
});

for (const [name, source, seen] of [
  ['expects', hook('ctx.expect(fault.seq > 1, "not <1>"); ctx.zero();'), /^it failed 1 time$/],
  [
    'throws',
    hook('if (fault.seq === 2) throw new Error("no"); ctx.zero();'),
    /^it went wrong once: .*throws\.ts:1:\d+: no/,
  ],
  ['throws-always', hook('throw new Error("no");'), /failed three times in a row; it is switched off/],
  ['endless', hook('while (true);'), /an endless loop\?/],
  ['broken', 'export default { onFault( };', /broken\.ts:1:27: /],
] as const)
  test(`one that ${name}: status 4, and why is in text, JSON and JUnit`, async () => {
    const { status, stderr, verdicts, junit } = await judged(name, source);
    assert.equal(status, 4, stderr);
    const failed = verdicts.filter(({ ok }) => !ok);
    assert.equal(failed.length, 1);
    assert.match(failed[0]!.seen, seen);
    assert.match(stderr, new RegExp(`Script: ${failed[0]!.text.replace(/[<>]/g, '.')}: `));
    assert.match(junit, /failures="1"/);
    assert.equal(
      (junit.match(/<testcase classname="uffdscope.scripts"[^>]*><failure [^>]* type="script">/g) ?? []).length,
      1,
    );
  });
