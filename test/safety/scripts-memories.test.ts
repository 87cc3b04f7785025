/** Scripts and the harder kinds of memory: forked children, huge pages; and the user that a script runs as. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { attach } from '../../native/session/index.js';
import { nobodyCanRun, NOBODY } from '../cli/uffdscope.js';
import { isGone, startScope } from '../fixtures/scope.js';
import { startTarget } from '../fixtures/target.js';
import { startVictim } from '../fixtures/victim.js';
import { withScripts } from '../script/fixture.js';
import { isRoot, skipUnless } from '../support/skip.js';
import { sleep, until } from '../support/until.js';

const RIGHT = { type: 'pattern', byte: 0x5a } as const;
const NEVER = 'export default { onFault: () => new Promise(() => {}) };';

test('SIGKILL of uffdscope while its script has faults of a forked child in hand: no byte of it reads as zero', async () => {
  await using target = await startTarget('forks', ['--no-handler', '--rounds', 1, '--pause', 1500, '--pages', 8]);
  await using scope = await startScope(target.pid, NEVER, {
    flags: ['--source', 'pattern:5a', '--script-deadline', '60s'],
  });
  await until('both ask', () => scope.seen('"action":"script"') >= 2);
  const child = Number(readFileSync(`/proc/${target.pid}/task/${target.pid}/children`, 'utf8'));
  process.kill(scope.pid, 'SIGKILL');
  // The default was one byte, so whoever stays behind fills the child's pages with it.
  await until('the child to be through', () => isGone(child));
  await using next = await attach({ pid: target.pid, armed: true, defaultAnswer: 'source', source: RIGHT });
  const said = await target.json(1, 20_000);
  assert.deepEqual(said, [{ round: 0, child }], 'parent and child read the right byte everywhere');
  await next.detach();
});

/** `extra` huge pages more than there are; put back at the end. */
function hugePages(extra: number): Disposable & { readonly there: boolean } {
  const path = '/proc/sys/vm/nr_hugepages';
  const before = Number(readFileSync(path, 'utf8'));
  const set = (pages: number): void => writeFileSync(path, String(pages));
  try {
    set(before + extra);
  } catch {
    return { there: false, [Symbol.dispose]: () => undefined };
  }
  return {
    there: Number(readFileSync(path, 'utf8')) === before + extra,
    [Symbol.dispose]: () => set(before),
  };
}

const HUGE = 8;
test(
  'huge pages: a script fills them whole, also when its process is killed again and again',
  skipUnless(isRoot, 'only root can have huge pages set aside'),
  async (t) => {
    using pool = hugePages(HUGE);
    if (!pool.there) return t.skip('this machine has no room for huge pages');
    await using victim = await startVictim(HUGE, { memory: 'huge' });
    const script = `export default { onFault(fault, ctx) {
      ctx.count(String(fault.pageSize));
      if (fault.seq % 3) return ctx.copy(fault.seq % 2 ? 'pattern:5a' : new Uint8Array(fault.pageSize).fill(0x5a));
      return ctx.sleep(5).then(() => { if (ctx.waiting) ctx.copy('pattern:5a'); });
    } };`;
    await withScripts(
      [script],
      async ({ session }) => {
        for (let round = 0; round < 6; round++) {
          const crowd = victim.order('crowd', 0, HUGE);
          await sleep(Math.random() * 20);
          const { pid } = session.scripts.list()[0]!;
          if (pid !== null && round > 0) process.kill(pid, 'SIGKILL');
          assert.equal(await crowd, `${0x5a}:${HUGE}`, 'every byte of each');
          if (round > 0) await until('it is off', () => session.scripts.list()[0]!.state === 'off');
          else await until('it was asked', () => session.scripts.list()[0]!.counters[String(2 ** 21)] === HUGE);
          await victim.order('remove', 0, HUGE);
          await session.scripts.reload(1);
        }
        assert.equal(session.snapshot().failed, 0);
      },
      { pid: victim.pid, defaultAnswer: 'source', source: RIGHT, scriptDeadline: 20_000 },
    );
  },
);

test(
  'huge pages: SIGKILL of uffdscope while its script has them in hand; whoever comes next fills each',
  skipUnless(isRoot, 'only root can have huge pages set aside'),
  async (t) => {
    using pool = hugePages(HUGE);
    if (!pool.there) return t.skip('this machine has no room for huge pages');
    await using victim = await startVictim(HUGE, { memory: 'huge' });
    await using scope = await startScope(
      victim.pid,
      "export default { onFault: (fault, ctx) => fault.seq % 2 ? ctx.copy('pattern:5a') : new Promise(() => {}) };",
      { flags: ['--default', 'source', '--source', 'pattern:5a', '--script-deadline', '60s'] },
    );
    const crowd = victim.order('crowd', 0, HUGE);
    await until('questions', () => scope.seen('"action":"script"') >= HUGE);
    process.kill(scope.pid, 'SIGKILL');
    await scope.exit;
    await using next = await attach({ pid: victim.pid, armed: true, defaultAnswer: 'source', source: RIGHT });
    assert.equal(await crowd, `${0x5a}:${HUGE}`);
    await next.detach();
  },
);

test(
  'started by sudo, a script runs as who called it, without privileges, and answers all the same',
  skipUnless(nobodyCanRun, 'needs root, and a checkout that others may read'),
  async () => {
    await using target = await startTarget('missing', ['--pages', 8, '--wait']);
    const script = `import { readFileSync } from 'node:fs';
      export default {
        onAttach(ctx) {
          const status = readFileSync('/proc/self/status', 'utf8');
          const of = (name) => status.split('\\n').find((line) => line.startsWith(name + ':')).split('\\t').slice(1).join(' ').trim();
          ctx.log(['uid ' + of('Uid'), 'gid ' + of('Gid'), 'groups ' + of('Groups'), 'can ' + of('CapEff')].join('; ') + '.');
        },
        onFault: (fault, ctx) => ctx.copy('pattern:5a'),
      };`;
    await using scope = await startScope(target.pid, script, {
      flags: ['--default', 'zero'],
      env: { SUDO_UID: String(NOBODY), SUDO_GID: String(NOBODY), SUDO_USER: 'nobody' },
    });
    target.say('\n');
    assert.equal((await target.exit).code, 0);
    for (const line of target.lines) assert.match((JSON.parse(line) as { readonly bytes: string }).bytes, /^(5a)+$/);
    assert.equal(await scope.exit, 0, scope.errors());
    const four = Array.from({ length: 4 }, () => NOBODY).join(' ');
    assert.ok(scope.errors().includes(`uid ${four}; gid ${four}; groups ; can 0000000000000000.`), scope.errors());
  },
);
