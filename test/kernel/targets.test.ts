/** The bundled targets do what they say, on the real kernel: everything else in the tests leans on them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { findTarget, TARGETS, targetPath } from '../../native/session/targets.js';
import { builtForTests } from '../fixtures/built.js';
import { startTarget, TargetRefused, type RunningTarget, type StartOptions } from '../fixtures/target.js';

const PAGE = 4096;

/** Starts a target, or skips the test where the kernel or this user cannot run it; under CI that is a failure. */
async function start(
  t: TestContext,
  name: string,
  args: readonly (string | number)[] = [],
  options: StartOptions = {},
): Promise<RunningTarget | null> {
  try {
    const target = await startTarget(name, args, options);
    t.after(() => target.kill());
    return target;
  } catch (error) {
    if (!(error instanceof TargetRefused) || process.env['CI']) throw error;
    t.skip(error.message);
    return null;
  }
}

/** pending and total of a uffd, from fdinfo. */
function queue(target: RunningTarget): { pending: number; total: number } {
  const text = readFileSync(`/proc/${target.pid}/fdinfo/${target.ready.uffd}`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s*(\\d+)$`, 'm').exec(text)?.[1]);
  return { pending: field('pending'), total: field('total') };
}

async function eventually(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, `not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function truth(
  target: RunningTarget,
): Promise<{ ok: boolean; pages: number; wrong: number; firstWrong: number }> {
  const [report] = await target.json(1, 60_000);
  return report as { ok: boolean; pages: number; wrong: number; firstWrong: number };
}

describe('every bundled target', () => {
  for (const { name } of TARGETS) {
    it(`${name} says where it is, and dies when told to`, async (t) => {
      const target = await start(t, name, name === 'checker' ? ['--wait'] : []);
      if (target === null) return;
      const { ready } = target;
      assert.equal(ready.target, name);
      assert.equal(ready.pid, target.pid);
      const fdinfo = readFileSync(`/proc/${ready.pid}/fdinfo/${ready.uffd}`, 'utf8');
      assert.match(fdinfo, new RegExp(`^ino:\\s*${ready.ino}$`, 'm'));
      const smaps = readFileSync(`/proc/${ready.pid}/smaps`, 'utf8');
      const letters = { missing: 'um', wp: 'uw', minor: 'ui' } as const;
      for (const { start: from, modes } of ready.ranges) {
        const block = new RegExp(`^${from.slice(2)}-[^]*?VmFlags: ([^\\n]*)`, 'm').exec(smaps)?.[1] ?? '';
        for (const mode of modes) assert.ok(block.split(' ').includes(letters[mode]), `${from} ${mode}: ${block}`);
      }
      assert.ok(ready.ranges.length > 0);
      assert.deepEqual(await target.kill(), { code: null, signal: 'SIGKILL' });
    });
  }

  it('is listed with its file, and a slip in its name is caught', () => {
    for (const target of TARGETS) assert.ok(existsSync(targetPath(target)), target.name);
    assert.throws(() => findTarget('mising'), { code: 'USAGE', hint: 'Did you mean missing?' });
  });
});

describe('those that wait for somebody', () => {
  for (const name of ['missing', 'wp', 'minor', 'nobody_reads']) {
    it(`${name}: the fault stays unread`, async (t) => {
      const target = await start(t, name);
      if (target === null) return;
      const threads = name === 'nobody_reads' ? 2 : 1;
      await eventually('all threads wait', () => queue(target).pending === threads);
      assert.deepEqual(queue(target), { pending: threads, total: threads });
      assert.deepEqual(target.lines, []);
    });
  }

  it('demo: its workers stop one after the other, in all of its ranges', async (t) => {
    const target = await start(t, 'demo', ['--rate', 200, '--threads', 6]);
    if (target === null) return;
    assert.deepEqual(
      target.ready.ranges.map((range) => range.modes),
      [['missing', 'wp'], ['missing'], ['minor']],
    );
    await eventually('all six wait', () => queue(target).pending === 6);
    const names = readdirSync(`/proc/${target.pid}/task`).map((tid) =>
      readFileSync(`/proc/${target.pid}/task/${tid}/comm`, 'utf8').trim(),
    );
    assert.deepEqual(names.toSorted(), ['demo', ...[1, 2, 3, 4, 5, 6].map((i) => `worker-${i}`)]);
  });

  it('demo: works without privileges and says what that means', async (t) => {
    if (process.getuid?.() !== 0) return t.skip('only root can start it as somebody else');
    const target = await start(t, 'demo', ['--rate', 100], { uid: 65534 });
    if (target === null) return;
    assert.equal(target.ready.userModeOnly, true);
    assert.match(target.ready.note, /without privilege/);
    await eventually('a worker waits', () => queue(target).pending > 0);
  });

  it('demo: serves itself when told to', async (t) => {
    const target = await start(t, 'demo', ['--rate', 500, '--serve']);
    if (target === null) return;
    for (let round = 0; round < 20; round++) {
      await eventually('the queue is empty', () => queue(target).total === 0);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(target.errors(), '');
  });
});

describe('handlers that fail', () => {
  it('handler_stalls: messages are read, and the threads sleep on', async (t) => {
    const target = await start(t, 'handler_stalls');
    if (target === null) return;
    await eventually('both were read', () => queue(target).total === 2 && queue(target).pending === 0);
    assert.deepEqual(target.lines, []);
  });

  it('handler_stalls: answers as many first as it is told', async (t) => {
    const target = await start(t, 'handler_stalls', ['--threads', 3, '--answer-first', 1]);
    if (target === null) return;
    await eventually('two are stuck', () => queue(target).total === 2 && queue(target).pending === 0);
    assert.equal((await target.json(1)).length, 1);
  });

  it('handler_dies: the messages went with the thread', async (t) => {
    const target = await start(t, 'handler_dies');
    if (target === null) return;
    assert.deepEqual(await target.json(1), [{ handler: 'gone' }]);
    assert.deepEqual(queue(target), { pending: 0, total: 2 });
  });
});

describe('handlers that work', () => {
  for (const name of ['blocking_uffd', 'epoll_et']) {
    it(`${name}: the right bytes, fault after fault`, async (t) => {
      const target = await start(t, name, ['--pause', 1]);
      if (target === null) return;
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.deepEqual(target.lines, []); // it prints and ends at the first wrong byte
      assert.ok(existsSync(`/proc/${target.pid}/task`));
      await eventually('the queue is empty', () => queue(target).total === 0);
    });
  }

  for (const name of ['forks', 'remaps']) {
    it(`${name}: ends well after its rounds`, async (t) => {
      const target = await start(t, name, ['--rounds', 5, '--pause', 1]);
      if (target === null) return;
      assert.deepEqual(await target.exit, { code: 0, signal: null });
      assert.equal(target.lines.length, 5);
      assert.equal(target.errors(), '');
    });

    it(`${name} --no-handler: stops at its first event or fault`, async (t) => {
      const target = await start(t, name, ['--no-handler', '--pause', 1]);
      if (target === null) return;
      const waits = (): boolean =>
        readdirSync(`/proc/${target.pid}/task`).some((tid) =>
          /handle_userfault|userfaultfd_event_wait/.test(readFileSync(`/proc/${target.pid}/task/${tid}/wchan`, 'utf8')),
        );
      await eventually('a thread waits for us', waits);
      assert.deepEqual(target.lines, []);
    });
  }
});

describe('the checker', () => {
  for (const kind of ['missing', 'wp', 'minor']) {
    it(`finds every byte right: ${kind}, three threads, two rounds`, async (t) => {
      const target = await start(t, 'checker', [
        '--serve',
        '--kind',
        kind,
        '--threads',
        3,
        '--pages',
        200,
        '--rounds',
        2,
      ]);
      if (target === null) return;
      assert.deepEqual(await target.exit, { code: 0, signal: null });
      const { ok, pages, wrong } = await truth(target);
      assert.deepEqual({ ok, pages, wrong }, { ok: true, pages: 1200, wrong: 0 });
    });
  }

  it('finds the first wrong byte and fails', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'uffdscope-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'pages');
    const bytes = Buffer.alloc(4 * PAGE, 0x5a);
    bytes[2 * PAGE + 77] = 0;
    writeFileSync(file, Buffer.concat([Buffer.alloc(PAGE), bytes]));
    const target = await start(t, 'checker', ['--serve', '--pages', 4, '--expect', `file:${file}@${PAGE}`]);
    if (target === null) return;
    assert.deepEqual(await target.exit, { code: 1, signal: null });
    const { ok, wrong, firstWrong } = await truth(target);
    assert.deepEqual({ ok, wrong, firstWrong }, { ok: false, wrong: 1, firstWrong: 2 * PAGE + 77 });
  });

  it('waits for the word to begin', async (t) => {
    const target = await start(t, 'checker', ['--serve', '--wait', '--pages', 10]);
    if (target === null) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(target.lines, []);
    target.say('\n');
    assert.equal((await truth(target)).ok, true);
  });

  it('is served by a handler in another process that it hands its uffd to', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'uffdscope-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const socket = join(folder, 'handler');
    const handler = spawn(builtForTests('bench/c_handler'), [socket, '--byte', '7e', '--die-with-parent'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => void handler.kill('SIGKILL'));
    const handlerEnd = once(handler, 'exit');
    await once(handler.stdout, 'data');
    const target = await start(t, 'checker', [
      '--hand-to',
      socket,
      '--expect',
      'byte:7e',
      '--pages',
      500,
      '--threads',
      2,
    ]);
    if (target === null) return;
    assert.deepEqual(await target.exit, { code: 0, signal: null });
    assert.equal((await truth(target)).pages, 1000);
    assert.deepEqual(await handlerEnd, [0, null]);
  });
});
