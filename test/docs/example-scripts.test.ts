/** docs/examples/*.ts: each script does to a program what its first line says, by the command that stands there. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../native/addon/load.js';
import { attach, demo, type Demo } from '../../native/session/index.js';
import { uffdscope } from '../cli/uffdscope.js';
import { startTarget } from '../fixtures/target.js';
import { until } from '../support/until.js';
import { memoryServer } from './memory-server.js';

const examples = join(packageRoot(), 'docs', 'examples');
const script = (name: string): string => join(examples, `${name}.ts`);

interface Line {
  readonly type: string;
  readonly seq?: number;
  readonly action?: string;
  readonly by?: string;
  readonly latency?: number | null;
  readonly text?: string;
  readonly code?: number;
  readonly status?: number;
}

/** The words of the command at the top of the example. */
function commandOf(name: string): string[] {
  const found = /uffdscope (demo .*)$/m.exec(readFileSync(script(name), 'utf8'));
  assert.ok(found, `${name}.ts says how it is run`);
  return found[1]!.replace('docs/examples/', `${examples}/`).split(' ');
}

/** That command, as lines of JSON. */
async function runCommand(name: string, env: Readonly<Record<string, string>> = {}) {
  const outcome = await uffdscope([...commandOf(name), '-o', 'jsonl', '--script-deadline', '20s'], {
    env,
    timeoutMs: 120_000,
  });
  assert.equal(outcome.status, 0, outcome.stderr);
  const lines = outcome.stdout
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as Line);
  const answers = lines.filter(({ type }) => type === 'resolve');
  /** `count` of the script, as the last line on stderr says it. */
  const count = (what: string): number => Number(new RegExp(`, ${what} (\\d+)`).exec(outcome.stderr)?.[1] ?? 0);
  return { ...outcome, lines, answers, count };
}

/** A deadline that only a machine that hangs reaches. */
const PATIENT = { scriptDeadline: 20_000, seed: 1 } as const;

/** The checker, which has found every byte right. */
async function checked(name: string, args: readonly string[]): Promise<Demo> {
  const run = await demo('checker', { ...PATIENT, defaultAnswer: 'zero', args, scripts: [script(name)] });
  const { signal } = await run.exit;
  assert.equal(signal, null);
  const { ok, wrong } = JSON.parse(run.lines[0]!) as { readonly ok: boolean; readonly wrong: number };
  assert.ok(ok, `${wrong} pages were wrong`);
  return run;
}

const counters = ({ session }: Pick<Demo, 'session'>) => session.scripts.list()[0]!.counters;

/** Counters come a few times a second. */
async function counted(run: Pick<Demo, 'session'>, sums: Readonly<Record<string, number>>): Promise<void> {
  const sum = (names: string): number => names.split(' + ').reduce((n, name) => n + (counters(run)[name] ?? 0), 0);
  for (const [names, wanted] of Object.entries(sums)) await until(`${wanted} ${names}`, () => sum(names) === wanted);
}

test('each says at its top how it is run, and README.md names it', () => {
  const names = readdirSync(examples).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  assert.ok(names.length >= 5);
  const readme = readFileSync(join(examples, 'README.md'), 'utf8');
  for (const name of names) {
    assert.ok(readme.includes(`\`${name}\``), name);
    assert.equal(commandOf(name.slice(0, -3)).at(-1), join(examples, name));
  }
});

test('slow-disk: a seek, then page after page; the default gives the bytes', async () => {
  const { answers, count, stderr } = await runCommand('slow-disk');
  assert.deepEqual(
    answers.map(({ action, by }) => `${action} ${by}`),
    Array.from({ length: 8 }, () => 'zero default'),
  );
  for (const { seq, latency } of answers) assert.ok(latency! >= (seq === 1 ? 8e6 : 1e6), `#${seq}: ${latency} ns`);
  assert.equal(count('seeks') + count('reads'), 8);
  assert.ok(count('seeks') >= 1 && count('reads') >= 4, stderr);
  assert.match(stderr, /script slow-disk: the arm is parked/);
});

test('slow-disk: threads queue for its one arm', async () => {
  await using run = await checked('slow-disk', ['--pages', '10', '--threads', '4']);
  await counted(run, { 'seeks + reads': 40 });
  const seeks = counters(run)['seeks'] ?? 0;
  const all = Array.from({ length: 40 }, (_, i) => run.session.faults.row(i + 1)!);
  const end = Math.max(...all.map((f) => f.t + f.latency!));
  assert.ok(end - all[0]!.t >= (seeks * 8 + 40) * 1e6, 'no two were served at once');
});

test('lossy-post-copy: some are sent again, and all end with the handler', async () => {
  const { answers, count, lines } = await runCommand('lossy-post-copy');
  const own = answers.filter(({ by }) => by === 'script:lossy-post-copy');
  assert.ok(own.length > 10, `${own.length} answers`);
  assert.ok(own.every(({ action }) => action === 'pass'));
  assert.ok(count('requests') >= own.length, `${count('requests')} requests`);
  assert.ok(!lines.some(({ type }) => type === 'exit'), 'no byte was wrong: it would have ended');
});

test('lossy-post-copy: every byte is the one of the handler', async () => {
  const args = ['--pages', 400, '--threads', 4, '--expect', 'byte:5a', '--wait', '--serve', '--seconds', 4];
  await using checker = await startTarget('checker', args);
  const scripts = [script('lossy-post-copy')];
  await using session = await attach({ pid: checker.pid, ...PATIENT, defaultAnswer: 'pass', scripts });
  checker.say('\n');
  const [said] = (await checker.json(1, 120_000)) as [{ readonly ok: boolean }];
  assert.ok(said.ok);
  await until('lost ones', () => (counters({ session })['lost'] ?? 0) >= 1);
  assert.equal(session.snapshot().failed, 0);
});

test('poisoned-page: SIGBUS at the third page, and the log names the thread', async () => {
  const { answers, lines, stderr } = await runCommand('poisoned-page');
  assert.deepEqual(
    answers.map(({ action, by }) => `${action} ${by}`),
    ['zero', 'zero', 'poison'].map((action) => `${action} script:poisoned-page`),
  );
  assert.equal(lines.find(({ type }) => type === 'exit')!.code, 128 + 7);
  assert.match(stderr, /thread \d+ touches the broken page of/);
});

test('poisoned-page: a target that never touches it was not tried, and the exit status says so', async () => {
  const { status, stderr } = await uffdscope(
    ['demo', 'nobody_reads', '--headless', '--default', 'zero', '--script', script('poisoned-page')],
    { timeoutMs: 60_000 },
  );
  assert.equal(status, 4);
  assert.match(stderr, /the broken page is touched/);
});

test('handler-race: woken early and out of order, and not a byte is wrong', async () => {
  const { answers, count, lines } = await runCommand('handler-race');
  const faults = lines.filter(({ type }) => type === 'fault').length;
  const wakes = answers.filter(({ action }) => action === 'wake').length;
  assert.equal(faults, 1000 + wakes, 'each that was woken early came again');
  assert.equal(wakes, count('woken early'));
  assert.ok(wakes > 100, `${wakes} of 1000`);
  assert.equal(lines.find(({ type }) => type === 'exit')!.code, 0, 'the checker found every byte right');

  await using run = await checked('handler-race', ['--pages', '200', '--threads', '4']);
  const ends = Array.from({ length: run.session.faults.last }, (_, i) => run.session.faults.row(i + 1)!).map(
    ({ t, latency }) => t + latency!,
  );
  const overtaken = ends.filter((end, i) => ends.slice(0, i).some((earlier) => earlier > end)).length;
  assert.ok(overtaken > 20, `${overtaken} were answered before an earlier one`);
});

test('http-memory: what the server has, although it fails now and then; each block is asked for once', async () => {
  await using server = await memoryServer({ size: 300 * 4096, fails: true });
  process.env['MEMORY_URL'] = server.url; // the script's process has our environment
  await using run = await checked('http-memory', [
    '--pages',
    '100',
    '--threads',
    '3',
    '--expect',
    `file:${server.path}`,
  ]);
  const blocks = Math.ceil((300 * 4096) / 65_536);
  await counted(run, { requests: blocks, 'requests + from the cache': 300 });
  assert.ok(server.failed() >= 6, `${server.failed()} failed`);
  assert.ok((await run.session.statistics()).byAnswer.every(({ action, by }) => action === 'copy' && by === 'script'));
});

test('http-memory: by its command; a server that is gone is broken memory, not zeros', async () => {
  const server = await memoryServer({ size: 8 * 4096 });
  const { answers } = await runCommand('http-memory', { MEMORY_URL: server.url });
  assert.deepEqual(
    answers.map(({ action, by }) => `${action} ${by}`),
    Array.from({ length: 8 }, () => 'copy script:http-memory'),
  );
  await server[Symbol.asyncDispose]();
  const gone = await runCommand('http-memory', { MEMORY_URL: server.url });
  assert.deepEqual(
    gone.answers.map(({ action }) => action),
    ['poison'],
  );
  assert.equal(gone.lines.find(({ type }) => type === 'exit')!.code, 128 + 7);
  assert.match(gone.stderr, /failed requests 4/);
});

test('http-memory: without an address it stays out, and says why', async () => {
  const { status, stderr } = await uffdscope(commandOf('http-memory'), { timeoutMs: 60_000 });
  assert.equal(status, 4);
  assert.match(stderr, /set MEMORY_URL to where the memory is/);
});
