/** Each hook is called, when it should be, with what is true of the target. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/until.js';
import { eightPages, withScripts, type Stage } from './fixture.js';

/** A script that tells each of these hooks' first argument (or some facts of ctx) as a line of JSON. */
const telling = (hooks: Readonly<Record<string, string>>, more = ''): string =>
  `const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? '0x' + value.toString(16) : value);
   const tell = (ctx: any, hook: string, what: unknown) => ctx.log(JSON.stringify({ hook, what }, plain));
   export default { ${more}
     ${Object.entries(hooks)
       .map(([hook, what]) => `${hook}(it: any, ctx: any) { ctx ??= it; tell(ctx, '${hook}', ${what}); },`)
       .join('\n')}
   };`;

interface Told {
  readonly hook: string;
  readonly what: Readonly<Record<string, unknown>>;
}

const told = ({ session }: Stage, hook?: string): readonly Told[] =>
  session.scripts
    .notes()
    .filter(({ kind }) => kind === 'log')
    .map(({ text }) => JSON.parse(text.replace(/^script \S+: /, '')) as Told)
    .filter((line) => hook === undefined || line.hook === hook);

const whats = (stage: Stage, hook: string): Told['what'][] => told(stage, hook).map(({ what }) => what);

test('onAttach and onRange come first, and know the target and its ranges', async () => {
  const script = telling({
    onAttach: '{ target: ctx.target, seed: ctx.seed, ranges: ctx.ranges }',
    onRange: 'it',
    onFault: '{ seq: it.seq }',
  });
  await withScripts([script], async (stage) => {
    await eightPages(stage);
    await until('all is told', () => told(stage).length >= 10);
    assert.deepEqual(
      told(stage).map(({ hook }) => hook),
      ['onAttach', 'onRange', ...Array.from({ length: 8 }, () => 'onFault')],
    );
    const { pid, ready } = stage.target;
    const { start, end } = ready.ranges[0]!;
    const [attached] = whats(stage, 'onAttach');
    const { comm, cmdline, ...rest } = attached!['target'] as Record<string, unknown>;
    assert.deepEqual([comm, rest], ['demo_missing', { pid }]);
    assert.match(String(cmdline), /demo_missing --pages 8/);
    assert.equal(attached!['seed'], 7);
    const range = { id: 0, name: stage.session.ranges()[0]!.name, start, end, modes: ['missing'], pageSize: 4096 };
    const [first] = whats(stage, 'onRange');
    assert.deepEqual({ ...first, id: 0, path: '' }, { ...range, path: '' });
    assert.deepEqual(attached!['ranges'], [first]);
  });
});

test('onFault knows who waits where, and how often its page has faulted', async () => {
  const facts =
    '{ ...{ seq: it.seq, pid: it.pid, tid: it.tid, kind: it.kind, access: it.access, address: it.address, page: it.page }, ' +
    'size: it.pageSize, range: it.range.name, offset: it.offset, hits: it.hits }';
  const script = telling({ onFault: `(it.hits < 2 && ctx.wake(), ${facts})` });
  await withScripts(
    [script],
    async (stage) => {
      await until('16 faults', () => whats(stage, 'onFault').length === 16);
      const start = BigInt(stage.target.ready.ranges[0]!.start);
      const { name } = stage.session.ranges()[0]!;
      const hex = (n: bigint): string => `0x${n.toString(16)}`;
      const expected = Array.from({ length: 16 }, (_, i) => {
        const offset = (i >> 1) * 4096;
        const page = start + BigInt(offset);
        return {
          ...{ seq: i + 1, pid: stage.target.pid, tid: stage.target.pid, kind: 'missing', access: 'write' },
          ...{ address: hex(page), page: hex(page), size: 4096, range: name, offset, hits: (i % 2) + 1 },
        };
      });
      assert.deepEqual(whats(stage, 'onFault'), expected);
    },
    { target: ['missing', '--pages', 8, '--write'] },
  );
});

test('onResolved tells each answer, whoever gave it', async () => {
  const script = telling(
    { onResolved: 'it' },
    "onFault(fault: any, ctx: any) { if (fault.seq === 1) ctx.copy('pattern:11'); else if (fault.seq === 2) ctx.hold(); },",
  );
  await withScripts(
    [script],
    async (stage) => {
      await until('held', () => stage.session.snapshot().held === 1);
      await stage.session.perform({ verb: 'copy', source: { type: 'pattern', byte: 0x22 } }, [2]);
      await eightPages(stage);
      await until('eight answers', () => whats(stage, 'onResolved').length === 8);
      const [first, second, third, fourth] = whats(stage, 'onResolved');
      const page = (n: number): string =>
        `0x${(BigInt(stage.target.ready.ranges[0]!.start) + BigInt(n) * 4096n).toString(16)}`;
      const common = { bytes: 4096, errno: null };
      for (const one of [first, second, third, fourth]) assert.ok(Number(one!['latency']) > 0);
      assert.deepEqual(
        [first, second, third, fourth].map((one) => ({ ...one, latency: 0 })),
        [
          { seq: 1, action: 'copy', by: 'script:s1', ...common, latency: 0, page: page(0) },
          { seq: 2, action: 'copy', by: 'operator', ...common, latency: 0, page: page(1) },
          { seq: 3, action: 'zero', by: 'rule:1', ...common, latency: 0, page: page(2) },
          { seq: 4, action: 'zero', by: 'default', ...common, latency: 0, page: page(3) },
        ],
      );
    },
    { rules: ['off=8k: zero'] },
  );
});

test('onEvent: memory that is given back, moved and unmapped; onRange tells what is registered later', async () => {
  const script = telling(
    { onEvent: 'it', onRange: 'it' },
    "onFault: (_: any, ctx: any) => ctx.sleep(40).then(() => ({ action: 'copy', source: 'pattern:5a' })),",
  );
  await withScripts(
    [script],
    async (stage) => {
      await until('the end', () => whats(stage, 'onEvent').some(({ type }) => type === 'exit'));
      const seen = whats(stage, 'onEvent');
      const of = (type: string) => seen.filter((event) => event['type'] === type);
      assert.equal(of('remap').length, 3);
      assert.equal(of('exit')[0]!['code'], 0, 'no byte was wrong');
      for (const { from, to, length, pid, t } of of('remap')) {
        assert.match(String(from), /^0x[0-9a-f]+$/);
        assert.notEqual(from, to);
        assert.deepEqual([length, pid], [16 * 4096, stage.target.pid]);
        assert.ok(Number(t) > 0);
      }
      const sizes = (type: string) =>
        of(type).map(({ start, end }) => Number(BigInt(String(end)) - BigInt(String(start))));
      assert.equal(sizes('remove').filter((size) => size === 2 * 4096).length, 3);
      assert.ok(sizes('unmap').filter((size) => size === 8 * 4096).length >= 3);
      const ranges = whats(stage, 'onRange');
      assert.ok(ranges.length > 1, `${ranges.length} ranges`);
      assert.equal(new Set(ranges.map(({ id }) => id)).size, ranges.length, 'each is told once');
    },
    { target: ['remaps', '--no-handler', '--rounds', 3, '--pause', 200], ownEvents: true },
  );
});

test('onEvent: a fork names the child, whose faults come to onFault as well', async () => {
  const script = telling(
    { onEvent: 'it' },
    "onFault(fault: any, ctx: any) { ctx.count(String(fault.pid)); ctx.copy('pattern:5a'); },",
  );
  await withScripts(
    [script],
    async (stage) => {
      await until('the end', () =>
        whats(stage, 'onEvent').some(({ type, pid }) => type === 'exit' && pid === stage.target.pid),
      );
      const rounds = (await stage.target.json()) as { readonly round: number; readonly child: number }[];
      assert.deepEqual(
        rounds.map(({ round }) => round),
        [0, 1],
        'both read the right byte everywhere',
      );
      const forks = whats(stage, 'onEvent').filter(({ type }) => type === 'fork');
      assert.deepEqual(
        forks.map(({ child }) => child),
        rounds.map(({ child }) => child),
      );
      const answered = (pids: readonly number[]): number => {
        const { counters } = stage.session.scripts.list()[0]!;
        return pids.reduce((sum, pid) => sum + (counters[String(pid)] ?? 0), 0);
      };
      await until("the parent's", () => answered([stage.target.pid]) === 16);
      // 0: which process the child is was not known yet.
      await until("the children's", () => answered([0, ...rounds.map(({ child }) => child)]) === 16);
    },
    { target: ['forks', '--no-handler', '--rounds', 2, '--pause', 800, '--pages', 8] },
  );
});

test('onTick comes again and again, onDetach once at the end', async () => {
  let stageAfter: Stage | undefined;
  await withScripts(
    [telling({ onTick: '{ now: performance.now() }', onDetach: '{ ranges: ctx.ranges.length }' }, 'tick: 20,')],
    async (stage) => {
      await until('five ticks', () => whats(stage, 'onTick').length >= 5);
      const times = whats(stage, 'onTick').map(({ now }) => Number(now));
      assert.ok(times[4]! - times[0]! >= 4 * 15, 'not at once');
      assert.equal(whats(stage, 'onDetach').length, 0);
      await stage.session.detach();
      assert.deepEqual(whats(stage, 'onDetach'), [{ ranges: 1 }]);
      stageAfter = stage;
    },
  );
  assert.equal(whats(stageAfter!, 'onDetach').length, 1, 'once');
});

test('a hook that throws is said with its place, and the script goes on', async () => {
  const hooks = ['onRange', 'onTick', 'onResolved', 'onEvent', 'onDetach'];
  const throwing = hooks.map((hook) => `${hook}() { throw new Error('from ${hook}'); },`).join('\n');
  await withScripts(
    [`export default { tick: 50,\n${throwing}\nonFault: () => ({ action: 'copy', source: 'pattern:2b' }) };`],
    async (stage) => {
      await eightPages(stage);
      assert.deepEqual(new Set(stage.bytes()), new Set(['2b']));
      for (const [i, hook] of hooks.slice(0, 4).entries())
        await until(hook, () => stage.said().includes(`s1.ts:${i + 2}:${hook.length + 12}: from ${hook}`));
      assert.equal(stage.session.scripts.list()[0]!.state, 'on');
      await stage.session.detach();
      assert.match(stage.said(), /from onDetach/);
    },
  );
});
