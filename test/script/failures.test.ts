/** Whatever a script does, its target goes on with the right bytes, and somebody is told what was wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach, UffdscopeError } from '../../native/session/index.js';
import { startTarget } from '../fixtures/target.js';
import { until } from '../support/until.js';
import { eightPages, onFault, withScripts } from './fixture.js';

test('one that throws: the default answers, it says where, and three times in a row switch it off', async () => {
  await withScripts([onFault("\n\n  throw new TypeError('no such thing');")], async (stage) => {
    await eightPages(stage);
    assert.deepEqual(new Set(stage.bytes()), new Set(['00']));
    await until('off', () => stage.session.scripts.list()[0]!.state === 'off');
    assert.match(stage.said(), /s1\.ts:4:9: TypeError: no such thing/);
    assert.match(stage.session.scripts.list()[0]!.why, /failed three times in a row/);
    assert.equal(stage.session.scripts.list()[0]!.asked, 3);
  });
});

test('an async one that throws later', async () => {
  await withScripts([onFault("return ctx.sleep(5).then(() => { throw new Error('later'); });")], async (stage) => {
    await eightPages(stage);
    await until('off', () => stage.session.scripts.list()[0]!.state === 'off');
    assert.match(stage.said(), /later/);
  });
});

test('a slow one: the default answers at the deadline, and what it says later is too late', async () => {
  const slow = onFault(
    `return ctx.sleep(400).then(() => { ctx.count(String(ctx.waiting)); ctx.copy('pattern:ee'); });`,
  );
  await withScripts(
    [slow],
    async (stage) => {
      await eightPages(stage);
      assert.deepEqual(new Set(stage.bytes()), new Set(['00']));
      const [row] = stage.session.scripts.list();
      assert.deepEqual([row!.asked, row!.missed], [3, 3]);
      assert.ok(stage.fault(1).latency! >= 100e6);
    },
    { scriptDeadline: 100 },
  );
});

test('answering twice: neither counts, the default answers', async () => {
  await withScripts(
    [onFault("if (fault.seq === 2) ctx.copy('pattern:aa'); ctx.copy('pattern:bb');")],
    async (stage) => {
      await eightPages(stage);
      assert.deepEqual(stage.bytes().slice(0, 3), ['bb', '00', 'bb']);
      assert.match(stage.said(), /fault 2 is answered twice, by copy and by copy: the default answers/);
      assert.equal(stage.fault(2).by, 'default');
    },
  );
});

test('what is no answer is said to be none', async () => {
  const wrong = ["'zeroo'", '42', "{ action: 'copy' }", "{ action: 'delay' }"];
  const script = onFault(`if (fault.seq % 2) return [${wrong.join()}][(fault.seq - 1) / 2]; ctx.zero();`);
  await withScripts([script], async (stage) => {
    await eightPages(stage);
    assert.match(stage.said(), /onFault returned "zeroo", which is no answer/);
    assert.match(stage.said(), /onFault returned 42/);
    assert.match(stage.said(), /a copy needs its source/);
    assert.match(stage.said(), /a delay needs its time/);
    assert.equal(stage.session.scripts.list()[0]!.state, 'on', 'never three in a row');
    const [verdict] = stage.session.scripts.verdicts();
    assert.equal(verdict!.ok, false, 'a run for CI fails all the same');
    assert.match(verdict!.seen, /^it went wrong 4 times, first: .*zeroo/);
  });
});

test('an answer that the kind cannot take, and a copy longer than the page', async () => {
  const script = onFault(`
    if (fault.seq === 1) ctx.continue();
    else if (fault.seq === 3) ctx.copy(new Uint8Array(5000));
    else if (fault.seq === 5) ctx.copy('/nowhere/at/all');
    else ctx.zero();`);
  await withScripts([script], async (stage) => {
    await eightPages(stage);
    assert.match(stage.said(), /continue answers only minor faults, and fault 1 is a missing fault/);
    assert.match(stage.said(), /copy gives 5000 bytes, and the page has 4096/);
    assert.match(stage.said(), /The source \/nowhere\/at\/all cannot be read/);
  });
});

test('a source that ends too early: the default answers, and it is said', async () => {
  await withScripts([onFault("if (fault.seq === 1) ctx.copy('/etc/hostname'); else ctx.zero();")], async (stage) => {
    await eightPages(stage);
    assert.match(stage.said(), /fault 1: copy failed; the source ends before the page/);
  });
});

for (const [what, source, said, ending] of [
  ['a TypeScript syntax error', 'const a: number = 1;\nexport default { onFault( };', /s1\.ts:2:27: /, '.ts'],
  ['a JavaScript syntax error', 'const a = 1;\nexport default { onFault( };', /s1\.mjs:2:\d+: /, '.mjs'],
  ['an enum, which is more than types', 'enum A { B }\nexport default {};', /s1\.ts:1:1: .*enum/, '.ts'],
  ['code that throws', "\n  throw new Error('not today');", /s1\.ts:2:9: not today/, '.ts'],
  [
    'an onAttach that throws',
    "export default { onAttach() {\n throw new Error('nor now'); } };",
    /s1\.ts:2:8: nor now/,
    '.ts',
  ],
  ['an import that is not there', "import x from './missing.js';\nexport default { x };", /missing\.js/, '.ts'],
  ['no default export', 'export const onFault = 1;', /the default export is no script/, '.ts'],
  ['a hook misspelt', 'export default { onFalt() {} };', /no onFalt; did you mean onFault\?/, '.ts'],
  [
    'a filter that cannot be read',
    "export default { filter: 'kind=mising', onFault() {} };",
    /did you mean missing/,
    '.ts',
  ],
  ['an exit while loading', 'process.exit(3);', /ended by itself with status 3/, '.ts'],
] as const)
  test(`${what}: the script stays out and says why, the others serve`, async () => {
    await withScripts(
      [source, onFault("ctx.copy('pattern:0d');")],
      async (stage) => {
        await eightPages(stage);
        assert.deepEqual(new Set(stage.bytes()), new Set(['0d']));
        const [bad, good] = stage.session.scripts.list();
        assert.deepEqual([bad!.state, good!.state], ['failed', 'on']);
        assert.match(bad!.why, said);
        assert.match(stage.said(), said);
        assert.deepEqual(
          stage.session.scripts.verdicts().map((v) => v.ok),
          [false, true],
        );
      },
      { endings: [ending] },
    );
  });

test('a file that is not there is refused before anything is touched', async () => {
  await using target = await startTarget('missing', ['--pages', 8]);
  await assert.rejects(
    attach({ pid: target.pid, defaultAnswer: 'zero', scripts: ['/nowhere/script.ts'] }),
    (e: UffdscopeError) => e.code === 'SCRIPT' && e.exit === 2 && /cannot be read \(ENOENT\)/.test(e.message),
  );
  assert.equal(target.lines.length, 0);
});

test('one that exits leaves its faults to the default at once', async () => {
  await withScripts([onFault('if (fault.seq === 4) process.exit(7); ctx.copy("pattern:31");')], async (stage) => {
    await eightPages(stage);
    assert.deepEqual(stage.bytes(), ['31', '31', '31', '00', '00', '00', '00', '00']);
    await until('off', () => stage.session.scripts.list()[0]!.state === 'off');
    assert.match(stage.said(), /ended by itself with status 7; it is switched off/);
  });
});

test('killed again and again amid its faults: every byte is right', async () => {
  const args = ['--pages', 3000, '--threads', 4, '--seconds', 600, '--expect', 'byte:5a', '--wait'];
  const script = onFault(
    "return fault.seq % 3 ? { action: 'copy', source: 'pattern:5a' } : ctx.sleep(1).then(() => ctx.copy('pattern:5a'));",
  );
  await withScripts(
    [script],
    async ({ session, target }) => {
      target.say('\n');
      let killed = 0;
      const kill = setInterval(() => {
        const [row] = session.scripts.list();
        if (row!.pid === null) return void session.scripts.reload(1);
        if (row!.state !== 'on') return;
        process.kill(row!.pid, 'SIGKILL');
        killed++;
      }, 300);
      try {
        await until('kills', () => killed >= 5, 60_000);
        process.kill(target.pid, 'SIGTERM'); // it ends, and reports
        const [said] = (await target.json(1, 60_000)) as [{ readonly ok: boolean }];
        assert.ok(said.ok);
      } finally {
        clearInterval(kill);
      }
    },
    { target: ['checker', ...args], defaultAnswer: 'source', source: { type: 'pattern', byte: 0x5a } },
  );
});
