/** What a script can answer, by a call or by what it returns, and who answers where it does not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/until.js';
import { eightPages, onFault, withScripts } from './fixture.js';

test('a TypeScript script answers every fault, and the records name it', async () => {
  const typed = `
    import { defineScript, type FaultContext, type ScriptFault } from 'uffdscope';
    const byte: number = 0xa0;
    export default defineScript({
      name: 'typed',
      onFault(fault: ScriptFault, ctx: FaultContext): void {
        ctx.copy(new Uint8Array(fault.pageSize).fill(byte + fault.offset / fault.pageSize));
      },
    });`;
  await withScripts([typed], async (stage) => {
    await eightPages(stage);
    assert.deepEqual(stage.bytes(), ['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7']);
    await until('the records', () => stage.session.snapshot().resolved === 8);
    const { by, action, state, bytes } = stage.fault(3);
    assert.deepEqual(
      { by, action, state, bytes },
      { by: 'script:typed', action: 'copy', state: 'resolved', bytes: 4096 },
    );
    const [row] = stage.session.scripts.list();
    assert.deepEqual([row!.asked, row!.answered, row!.missed], [8, 8, 0]);
    assert.equal(stage.session.snapshot().held, 0);
  });
});

test('JavaScript too, as .mjs and as .js', async () => {
  const plain = 'export default { onFault: (fault, ctx) => ctx.copy("pattern:3c") };';
  for (const ending of ['.mjs', '.js'])
    await withScripts(
      [plain],
      async (stage) => {
        await eightPages(stage);
        assert.deepEqual(new Set(stage.bytes()), new Set(['3c']));
      },
      { endings: [ending] },
    );
});

test('an answer may be returned, in words or as an object, at once or later', async () => {
  const returned = `
    const answers = ['zero', { action: 'zero' }, { action: 'copy', source: 'pattern:11' },
      { action: 'copy', source: new Uint8Array([0x22]) }, { action: 'delay', ms: 30 }];
    export default { onFault(fault) {
      const answer = answers[fault.seq - 1];
      return fault.seq % 2 ? answer : Promise.resolve(answer);
    } };`;
  await withScripts([returned], async (stage) => {
    await eightPages(stage);
    assert.deepEqual(stage.bytes(), ['00', '00', '11', '22', '00', '00', '00', '00']);
    assert.ok(stage.fault(5).latency! >= 30e6);
    assert.equal(stage.fault(6).by, 'default', 'undefined is no answer: the default');
    assert.equal(stage.said(), '');
  });
});

test('async: answers before and after an await', async () => {
  const later = onFault(`return (async () => {
    if (fault.seq === 1) ctx.copy('pattern:01');
    await ctx.sleep(20);
    if (fault.seq > 1) ctx.copy('pattern:02');
  })();`);
  await withScripts([later], async (stage) => {
    await eightPages(stage);
    assert.deepEqual(stage.bytes(), ['01', '02', '02', '02', '02', '02', '02', '02']);
    assert.ok(stage.fault(2).latency! >= 15e6);
    assert.equal(stage.said(), '');
  });
});

test('hold keeps it for the operator; wake lets it fault again', async () => {
  const script = onFault(`
    if (fault.seq === 1) ctx.hold();
    else if (fault.seq === 2) ctx.wake();
    else if (fault.seq === 3) ctx.copy('pattern:' + (0x40 + fault.hits).toString(16));
    else ctx.zero();`);
  await withScripts([script], async (stage) => {
    await until('held', () => stage.session.snapshot().held === 1);
    assert.equal(stage.fault(1).by, 'script:s1');
    await stage.session.perform({ verb: 'copy', source: { type: 'pattern', byte: 0x77 } }, [1]);
    await eightPages(stage);
    assert.deepEqual(stage.bytes().slice(0, 3), ['77', '42', '00'], 'the second page faults twice');
  });
});

test('poison is SIGBUS', async () => {
  await withScripts([onFault('if (fault.offset === 4096) ctx.poison(); else ctx.zero();')], async ({ target }) => {
    assert.equal((await target.exit).signal, 'SIGBUS');
  });
});

test('write-protect faults are let through, by name or by zero', async () => {
  const wp = onFault('ctx.count(fault.kind + fault.access); if (fault.seq % 2) ctx.unprotect(); else ctx.zero();');
  await withScripts(
    [wp],
    async ({ session, fault }) => {
      await until('two of them', () => session.snapshot().resolved >= 2);
      assert.deepEqual([fault(1).action, fault(2).action], ['unprotect', 'unprotect']);
      await until('the counter', () => (session.scripts.list()[0]!.counters['wpwrite'] ?? 0) >= 2);
    },
    { target: ['wp'] },
  );
});

test('minor faults get the page of the page cache', async () => {
  await withScripts(
    [onFault('ctx.continue();')],
    async ({ session, fault }) => {
      await until('one of them', () => session.snapshot().resolved >= 1);
      assert.deepEqual([fault(1).action, fault(1).by], ['continue', 'script:s1']);
    },
    { target: ['minor'] },
  );
});

test('what one script does not answer the next is asked, then the default', async () => {
  const scripts = [
    onFault("if (fault.seq === 1) ctx.copy('pattern:a1');"),
    onFault("if (fault.seq < 3) return { action: 'copy', source: 'pattern:b2' };"),
  ];
  await withScripts(scripts, async (stage) => {
    await eightPages(stage);
    assert.deepEqual(stage.bytes().slice(0, 4), ['a1', 'b2', '00', '00']);
    assert.deepEqual(
      [1, 2, 3].map((seq) => stage.fault(seq).by),
      ['script:s1', 'script:s2', 'default'],
    );
    const passed = stage.session.scripts.list().map((row) => [row.asked, row.passedOn]);
    assert.deepEqual(passed, [
      [8, 7],
      [7, 6],
    ]);
  });
});

test('a filter says which faults a script is asked about', async () => {
  await withScripts([onFault("ctx.copy('pattern:cc');", "filter: 'off>=8k off<16k',")], async (stage) => {
    await eightPages(stage);
    assert.deepEqual(stage.bytes().slice(1, 5), ['00', 'cc', 'cc', '00']);
    assert.equal(stage.session.scripts.list()[0]!.asked, 2);
  });
});

test('a rule that ends in script=NAME gives it those faults alone, and shapes its answers', async () => {
  const rules = ['off=4k: corrupt=xor:0f: script=mine', 'off=8k: delay=50ms: script=mine', 'off=12k: copy=pattern:99'];
  await withScripts(
    [onFault("ctx.copy('pattern:f0');", "name: 'mine',")],
    async (stage) => {
      await eightPages(stage);
      assert.deepEqual(stage.bytes().slice(0, 5), ['00', 'ff', 'f0', '99', '00']);
      assert.ok(stage.fault(3).latency! >= 50e6);
      assert.equal(stage.fault(2).by, 'script:mine');
      assert.equal(stage.session.scripts.list()[0]!.asked, 2);
    },
    { rules },
  );
});

test('random numbers hang on seed, page and hit, not on the run', async () => {
  const drawing = onFault(
    'ctx.copy(new Uint8Array([Math.floor(ctx.random() * 256), Math.floor(ctx.random() * 256)]));',
  );
  const runs: string[][] = [];
  for (const seed of [7, 7, 8])
    await withScripts(
      [drawing],
      async (stage) => {
        await eightPages(stage);
        runs.push(stage.bytes());
      },
      { seed },
    );
  assert.deepEqual(runs[0], runs[1]);
  assert.notDeepEqual(runs[0], runs[2]);
  assert.ok(new Set(runs[0]).size > 4);
});
