/** Whatever a script does, no thread waits longer than the deadline and 100 ms, by the target's own clock. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/until.js';
import { onFault, withScripts, type Options, type Stage } from './fixture.js';

const DEADLINE_MS = 500;
const LIMIT_NS = (DEADLINE_MS + 100) * 1e6;
/** A busy machine may be late now and then; a wait that is too long by our doing is so each time. */
const TRIES = 4;
const BEAT_MS = 5;

/** How late this process got a processor meanwhile, at worst, ns: nobody else can be held to better. */
async function lateness(meanwhile: () => Promise<unknown>): Promise<number> {
  let worst = 0;
  let last = performance.now();
  const beat = setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - last - BEAT_MS);
    last = now;
  }, BEAT_MS);
  await meanwhile();
  clearInterval(beat);
  return worst * 1e6;
}

const longestWait = ({ target }: Stage): number =>
  Math.max(...target.lines.map((line) => (JSON.parse(line) as { readonly waitedNs: number }).waitedNs));

async function bounded(
  scripts: readonly string[],
  more: (stage: Stage) => Promise<void> | void,
  options: Options = {},
): Promise<void> {
  for (let tries = 1; ; tries++) {
    let longest = 0;
    let late = 0;
    await withScripts(
      scripts,
      async (stage) => {
        late = await lateness(async () => {
          stage.target.say('\n'); // not before, for it times its first page too
          assert.equal((await stage.target.exit).code, 0);
        });
        longest = longestWait(stage);
        await more(stage);
      },
      { scriptDeadline: DEADLINE_MS, target: ['missing', '--pages', 8, '--wait'], ...options },
    );
    if (longest <= LIMIT_NS + late) return;
    assert.ok(tries < TRIES, `${longest / 1e6} ms on a machine that is ${late / 1e6} ms late: ${TRIES} times too long`);
  }
}

const off = ({ session }: Stage, script = 1): Promise<void> =>
  until(`script ${script} is off`, () => session.scripts.list()[script - 1]!.state === 'off');

const ENDLESS = 'while (true);';
const OBJECTS = 'const all: unknown[] = []; while (true) all.push({ a: [1, 2, 3] });';
const BUFFERS = 'const all: unknown[] = []; while (true) all.push(Buffer.alloc(2 ** 20, 1));';

test('an endless one, and it is ended', () =>
  bounded([onFault(ENDLESS)], async (stage) => {
    await off(stage);
    const [row] = stage.session.scripts.list();
    assert.match(row!.why, /endless loop|three times in a row/);
    assert.equal(row!.pid, null);
    assert.ok(row!.asked <= 3);
    assert.deepEqual(new Set(stage.bytes()), new Set(['00']), 'the default answered');
  }));

test('one that loops outside of onFault', () =>
  bounded([onFault('ctx.zero();', `onAttach(ctx) { ctx.after(0, () => { ${ENDLESS} }); },`)], () => undefined));

test('one that loops after an await', () => bounded([onFault(`return ctx.sleep(1).then(() => { ${ENDLESS} });`)], off));

test('one that hangs in a system call', () =>
  bounded([onFault('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);')], off));

for (const [what, line] of [
  ['objects', OBJECTS],
  ['buffers', BUFFERS],
] as const)
  test(`one that allocates ${what} without end`, () => bounded([onFault(line)], off));

test('promises that are never kept: three of them, then it is off', () =>
  bounded([onFault('return new Promise(() => {});')], async (stage) => {
    await off(stage);
    const [row] = stage.session.scripts.list();
    assert.deepEqual([row!.asked, row!.missed, row!.answered], [3, 3, 0]);
    assert.match(row!.why, /three times in a row/);
    assert.equal(stage.fault(1).by, 'default');
  }));

test('one that throws does not make anybody wait at all', () =>
  bounded([onFault("throw new Error('no');")], off, { scriptDeadline: 30_000 }));

test('a rejected promise neither', () =>
  bounded([onFault("return Promise.reject(new Error('no'));")], off, { scriptDeadline: 30_000 }));

test('one that was stopped', () =>
  bounded(
    [onFault("if (fault.seq === 2) process.kill(process.pid, 'SIGSTOP'); ctx.copy('pattern:01');")],
    async (stage) => {
      await off(stage);
      assert.deepEqual(stage.bytes().slice(0, 3), ['01', '00', '00']);
    },
  ));

test('four at once, of which only the last is any good', () =>
  bounded(
    [onFault(ENDLESS), onFault("throw new Error('no');"), onFault(BUFFERS), onFault("ctx.copy('pattern:44');")],
    async (stage) => {
      // Each that fails takes its three faults with it: one deadline for all, and the default answers.
      for (const script of [1, 2, 3]) await off(stage, script);
      assert.equal(stage.bytes().at(-1), '44');
      assert.equal(stage.session.scripts.list()[3]!.state, 'on');
    },
    { target: ['missing', '--pages', 16, '--wait'] },
  ));
