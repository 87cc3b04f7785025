/** What `ctx` has beside the answers: commands, counters, expectations, timers, filters, verbs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UffdscopeError } from '../../native/session/index.js';
import { uffdscope } from '../cli/uffdscope.js';
import { sleep, until } from '../support/until.js';
import { eightPages, onFault, withScripts, type Stage } from './fixture.js';

const counters = ({ session }: Stage) => session.scripts.list()[0]!.counters;

test('named commands: arguments, faults, what they return, and what they throw', async () => {
  const script = `export default {
    name: 'tools',
    onFault: (fault, ctx) => ctx.hold(),
    commands: {
      add: (ctx, args) => args.reduce((sum, arg) => sum + Number(arg), 0),
      fill: {
        about: 'fills what is marked',
        async run(ctx, args, faults) {
          const outcomes = await ctx.perform({ verb: 'copy', source: { type: 'pattern', byte: 0x66 } }, faults);
          return outcomes.map(({ seq, ok }) => seq + (ok ? ' filled' : ' not'));
        },
      },
      nothing() {},
      throws() { throw new Error('no, not this'); },
      dies() { process.exit(3); },
    },
  };`;
  await withScripts(
    [script],
    async (stage) => {
      const { scripts } = stage.session;
      const { id } = scripts.list()[0]!;
      assert.deepEqual(
        scripts.commands().map(({ of, name, about }) => `${of} ${name} ${about}`.trim()),
        ['tools add', 'tools fill fills what is marked', 'tools nothing', 'tools throws', 'tools dies'],
      );
      await until('held', () => stage.session.snapshot().held === 1);
      assert.equal(await scripts.run(id, 'add', ['1', '2', '39']), '42');
      assert.equal(await scripts.run(id, 'fill', [], [1, 99]), '["1 filled","99 not"]');
      await until('the page', () => stage.bytes()[0] === '66');
      assert.equal(stage.fault(1).by, 'operator');
      assert.equal(await scripts.run(id, 'nothing'), '');
      const says = (command: string, text: RegExp) =>
        assert.rejects(scripts.run(id, command), (e: UffdscopeError) => e.code === 'SCRIPT' && text.test(e.message));
      await says('throws', /s1\.mjs:\d+:\d+: no, not this/);
      await says('unknown', /there is no command unknown/);
      await says('dies', /has ended: it ended by itself with status 3/);
      await says('add', /tools is not on/);
    },
    { endings: ['.mjs'] },
  );
});

test('counters add up, whatever they are called', async () => {
  const script = onFault(
    `ctx.count('pages'); ctx.count('bytes', fault.pageSize); ctx.count('__proto__'); ctx.count('\\u001b[31m');
     ctx.zero();`,
  );
  await withScripts([script], async (stage) => {
    await eightPages(stage);
    await until('all of them', () => counters(stage)['pages'] === 8);
    assert.equal(counters(stage)['bytes'], 8 * 4096);
    assert.equal(counters(stage)['\u001b[31m'], 8);
  });
});

test('ctx.expect: what does not hold is said once, counted, and a failed verdict', async () => {
  const script = onFault(
    "ctx.expect(fault.offset < 4 * 4096, 'only the first pages'); ctx.expect(true, 'fine'); ctx.zero();",
  );
  await withScripts([script], async (stage) => {
    await eightPages(stage);
    await stage.session.detach();
    assert.equal(stage.said().split('expected: only the first pages').length - 1, 1);
    assert.deepEqual(
      stage.session.scripts.verdicts().map(({ text, ok, seen }) => [text, ok, seen]),
      [
        ['s1', true, 'it ran to the end'],
        ['s1: only the first pages', false, 'it failed 4 times'],
      ],
    );
    const { status, stderr } = await uffdscope(
      ['demo', 'missing', '--headless', '--default', 'zero', '--script', stage.file(1)],
      { timeoutMs: 60_000 },
    );
    assert.equal(status, 4);
    assert.match(stderr, /only the first pages/);
  });
});

test('timers: once, again and again, and stopped', async () => {
  const script = `export default {
    onAttach(ctx) {
      ctx.after(30, () => ctx.count('once'));
      ctx.after(30, () => ctx.count('never'))();
      let n = 0;
      const stop = ctx.every(5, () => { ctx.count('again'); if (++n === 4) { stop(); ctx.after(100, () => ctx.count('end')); } });
      ctx.after(1, () => { throw new Error('in a timer'); });
    },
    onFault: () => 'zero',
  };`;
  await withScripts(
    [script],
    async (stage) => {
      await until('its end', () => counters(stage)['end'] === 1);
      assert.deepEqual({ ...counters(stage) }, { once: 1, again: 4, end: 1 });
      assert.match(stage.said(), /s1\.mjs:\d+:\d+: in a timer/);
      assert.equal(stage.session.scripts.list()[0]!.state, 'on');
    },
    { endings: ['.mjs'] },
  );
});

test('ctx.filter tells faults apart, and says where its text is wrong', async () => {
  const script = onFault(
    "if (second(fault)) ctx.copy('pattern:77'); else ctx.zero();",
    `onAttach(ctx) {
       second = ctx.filter('kind=missing off>=4k off<8k');
       try { ctx.filter('kind=mising'); } catch (error) { ctx.log((error as Error).message); }
     },`,
  ).replace('export default', 'let second: any;\nexport default');
  await withScripts([script], async (stage) => {
    await eightPages(stage);
    assert.deepEqual(stage.bytes().slice(0, 3), ['00', '77', '00']);
    assert.match(stage.said(), /missing/);
  });
});

test(
  'pass: the handler of the target answers, hold: the operator does, copy: the script does',
  { timeout: 60_000 },
  async () => {
    const script = onFault(`
    const page = fault.offset / fault.pageSize;
    if (page % 3 === 0) ctx.pass();
    else if (page % 3 === 1) ctx.copy('pattern:5a');
    else ctx.hold();`);
    await withScripts(
      [script],
      async (stage) => {
        const operator = setInterval(() => {
          const waiting = stage.session.faults.waiting();
          if (waiting.length > 0)
            void stage.session.perform({ verb: 'copy', source: { type: 'pattern', byte: 0x5a } }, waiting);
        }, 5);
        try {
          for (const wanted of ['pass by script', 'copy by script', 'copy by operator'])
            for (let answers = 0; answers < 5; await sleep(50)) {
              const { byAnswer } = await stage.session.statistics();
              answers = byAnswer.find(({ action, by }) => `${action} by ${by}` === wanted)?.answers ?? 0;
              assert.deepEqual(stage.target.lines, [], 'it says nothing and goes on: no byte is wrong');
            }
        } finally {
          clearInterval(operator);
        }
        assert.equal(stage.session.snapshot().failed, 0);
      },
      // Others pass too while the handler has its turn, so there is time between two faults.
      { target: ['epoll_et', '--pause', 20], defaultAnswer: 'pass', scriptDeadline: 20_000 },
    );
  },
);
