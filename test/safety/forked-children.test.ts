/**
 * Reading the message of a fork leaves the child's userfaultfd with us alone. However we go, the child's missing pages
 * must never read as the zeros that closing its last descriptor would give.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { attach, type NativeJoin } from '../../native/session/index.js';
import { behindText } from '../../native/session/behind.js';
import { startTarget, type RunningTarget } from '../fixtures/target.js';

const BIN = fileURLToPath(new URL('../../bin/uffdscope.js', import.meta.url));
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const RIGHT = { type: 'pattern', byte: 0x5a } as const;

async function until<T>(what: string, look: () => T | undefined | false | null, ms = 20_000): Promise<T> {
  for (const end = performance.now() + ms; ; await sleep(20)) {
    const seen = look();
    if (seen !== undefined && seen !== false && seen !== null) return seen;
    assert.ok(performance.now() < end, `within ${ms} ms: ${what}`);
  }
}

/** A process that forks once; parent and child then check every byte of 8 pages, which must be 0x5a. */
const forks = () => startTarget('forks', ['--no-handler', '--rounds', 1, '--pause', 1500, '--pages', 8]);

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it ended meanwhile
  }
}

const commOf = (pid: number) => text(`/proc/${pid}/comm`).trim();

function processes(comm: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && commOf(Number(name)) === comm)
    .map(Number);
}

/** Those that stay behind. One of our own that has ended is a zombie until we start the next. */
const wards = () => processes('uffdscope-ward').filter((pid) => !through(pid));

interface Running {
  readonly child: ChildProcess;
  readonly exit: Promise<unknown>;
  readonly out: () => string;
  readonly err: () => string;
}

function run(args: readonly string[]): Running {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (out += more));
  child.stderr.setEncoding('utf8').on('data', (more: string) => (err += more));
  return { child, exit: once(child, 'exit'), out: () => out, err: () => err };
}

/** A uffdscope that holds everything and can be killed; it writes how many it has held so far, ever. */
function holder(target: RunningTarget): Running {
  const body = `
    import { writeSync } from 'node:fs';
    import { attach } from ${JSON.stringify(new URL('../../native/session/index.ts', import.meta.url).href)};
    const session = await attach({ pid: ${target.pid}, hold: null });
    setInterval(() => writeSync(1, \`\${session.snapshot().faults} \`), 50);`;
  return run(['--import', 'tsx', '--input-type=module', '-e', body]);
}

const heldBy = (running: Running) => Number(running.out().trim().split(' ').at(-1));

/** Its one forked child, which must not outlive the test. */
async function childOf(target: RunningTarget): Promise<{ pid: number } & Disposable> {
  const children = `/proc/${target.pid}/task/${target.pid}/children`;
  const pid = await until('a child', () => Number(text(children).trim()) || null);
  return {
    pid,
    [Symbol.dispose]: () => {
      if (commOf(pid) === 'demo_forks') process.kill(pid, 'SIGKILL');
    },
  };
}

const waitsInFault = (pid: number) => text(`/proc/${pid}/wchan`).includes('handle_userfault');

/** Answers all that waits in a memory, and what comes, until the process has ended or said its word. */
async function serve(pid: number, via: number | undefined, over: () => boolean): Promise<void> {
  const wish = { pid, armed: true, defaultAnswer: 'source', source: RIGHT } as const;
  const session: NativeJoin = await attach(via === undefined ? wish : { ...wish, via });
  await until('it reads on', over);
  await session.detach();
}

async function allRight(target: RunningTarget, child: number): Promise<void> {
  const [said] = await target.json(1, 20_000);
  assert.deepEqual(said, { round: 0, child }, 'parent and child read the right byte everywhere');
}

const newWard = (before: readonly number[]) =>
  until('one that stays behind', () => wards().find((pid) => !before.includes(pid)));
const through = (pid: number) => ['', 'Z'].includes(stateOf(pid));

test('uffdscope is killed while it holds: the child waits, and is answered by whoever attaches next', async () => {
  await using target = await forks();
  const before = wards();
  const killed = holder(target);
  using child = await childOf(target);
  await until('parent and child held', () => heldBy(killed) >= 2);
  killed.child.kill('SIGKILL');
  await killed.exit;
  const ward = await newWard(before);
  await sleep(300); // time in which it could go wrong
  assert.ok(waitsInFault(child.pid), 'the child waits for its first page');
  await serve(child.pid, ward, () => through(child.pid));
  await serve(target.pid, undefined, () => target.lines.length > 0);
  await allRight(target, child.pid);
  await until('its end with the child', () => !wards().includes(ward));
});

test('left in order while the default is to hold: the same, and it is said', async () => {
  await using target = await forks();
  const session = await attach({ pid: target.pid, hold: null });
  using child = await childOf(target);
  await until('parent and child held', () => session.snapshot().held >= 2);
  const { behind, released } = await session.detach();
  assert.ok(behind, 'somebody stays behind');
  assert.deepEqual({ ...behind, pid: 0, released }, { pid: 0, children: 1, answer: 'hold', released: 2 });
  assert.match(behindText(behind, target.pid), /^a forked child of process \d+ has .* pages wait for .* attach CHILD/);
  await sleep(300);
  assert.ok(waitsInFault(child.pid), 'the child waits for its first page');
  await serve(child.pid, behind.pid, () => through(child.pid));
  await serve(target.pid, undefined, () => target.lines.length > 0);
  await allRight(target, child.pid);
  await until('its end with the child', () => !wards().includes(behind.pid));
});

test('left in order with a default of one byte: the child is served on, to its end', async () => {
  await using target = await forks();
  const flags = ['--headless', '--source', 'pattern:5a', '--hold', '--max-hold', '1h', '-o', 'jsonl'];
  const scope = run([BIN, 'attach', String(target.pid), ...flags]);
  using child = await childOf(target);
  await until('parent and child held', () => scope.out().split('"type":"fault"').length > 2);
  scope.child.kill('SIGTERM');
  await scope.exit;
  assert.match(
    scope.err(),
    /a forked child of process \d+ has .* missing pages are filled with the byte 5a; .*CHILD --via/,
  );
  await until('the child to be through', () => through(child.pid));
  await serve(target.pid, undefined, () => target.lines.length > 0);
  await allRight(target, child.pid);
  const ward = Number(/--via (\d+)/.exec(scope.err())![1]);
  await until('its end with the child', () => !wards().includes(ward));
});

test('the keeper is killed, then uffdscope: the next keeper has the child too', async () => {
  await using target = await forks();
  const before = wards();
  const killed = holder(target);
  using child = await childOf(target);
  await until('parent and child held', () => heldBy(killed) >= 2);
  const keeper = await until('a keeper', () => keeperOf(killed.child.pid!));
  process.kill(keeper, 'SIGKILL');
  await until('both held again', () => heldBy(killed) >= 4);
  assert.ok(waitsInFault(child.pid));
  killed.child.kill('SIGKILL');
  await killed.exit;
  await serve(child.pid, await newWard(before), () => through(child.pid));
  await serve(target.pid, undefined, () => target.lines.length > 0);
  await allRight(target, child.pid);
});

for (const [what, stop] of [
  ['the panic key', (session: NativeJoin) => session.release()],
  ['an end of holding', (session: NativeJoin) => session.unhold()],
] as const) {
  test(`${what}: children that nobody else can answer stay ours`, async () => {
    await using target = await forks();
    const session = await attach({ pid: target.pid, hold: null });
    using child = await childOf(target);
    await until('parent and child held', () => session.snapshot().held >= 2);
    await session.perform({ verb: 'copy', source: RIGHT }, [session.faults.waiting()[0]!]);
    await stop(session);
    // By and by the child reads all of its pages, whatever the parent waits for.
    await until('the child to be through', () => {
      const waiting = session.faults.waiting().filter((seq) => session.faults.row(seq)?.pid !== target.pid);
      void session.perform({ verb: 'copy', source: RIGHT }, waiting);
      return through(child.pid);
    });
    await session.detach();
    await serve(target.pid, undefined, () => target.lines.length > 0);
    await allRight(target, child.pid);
  });
}

function stateOf(pid: number): string {
  const stat = text(`/proc/${pid}/stat`);
  return stat === '' ? '' : stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
}

function keeperOf(parent: number): number | undefined {
  return processes('uffdscope-keepe').find((pid) => text(`/proc/${pid}/status`).includes(`\nPPid:\t${parent}\n`));
}
