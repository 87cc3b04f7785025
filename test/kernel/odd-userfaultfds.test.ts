/** Userfaultfds that are made in unusual ways: joined, answered and left like any other, or said to be silent. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { attach, type NativeJoin } from '../../native/session/index.js';
import { startVictim, type Victim } from '../fixtures/victim.js';

/** As the kernel numbers them (include/uapi/linux/userfaultfd.h). */
const MISSING = 1;
const WP = 2;
const MINOR = 4;
const FEATURE = { sigbus: 1 << 7, minorShmem: 1 << 10, wpShmem: 1 << 12, wpUnpopulated: 1 << 13, wpAsync: 1 << 15 };
const USER_MODE_ONLY = 1;
const BLOCKING = 2;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what: string, check: () => boolean, ms = 20_000): Promise<void> {
  for (const end = performance.now() + ms; !check(); await sleep(10))
    assert.ok(performance.now() < end, `within ${ms} ms: ${what}`);
}

async function heldOne(session: NativeJoin) {
  await until('a fault is held', () => session.snapshot().held === 1);
  return session.faults.row(session.faults.waiting()[0]!)!;
}

async function answered(session: NativeJoin, verb: Parameters<NativeJoin['perform']>[0]): Promise<void> {
  const [outcome] = await session.perform(verb, session.faults.waiting());
  assert.ok(outcome!.ok, outcome!.message);
}

/** Shared memory of a victim as a file, so that a page can be there and yet not in its page table. */
function fileOf(victim: Victim): string {
  const fds = `/proc/${victim.pid}/fd`;
  const fd = readdirSync(fds).find((n) => readlinkSync(`${fds}/${n}`).startsWith('/memfd:victim'));
  assert.ok(fd, 'the victim has its memory in a memfd');
  return `${fds}/${fd}`;
}

test('a userfaultfd that tracks writes by itself is said to be silent, and its process goes on', async () => {
  await using victim = await startVictim(4, { modes: WP, features: FEATURE.wpAsync | FEATURE.wpUnpopulated });
  assert.equal(await victim.order('protect', 0, 4), '0');
  await using session = await attach({ pid: victim.pid, hold: null });
  assert.match(session.snapshot().notice, /No message will ever come: .* \(WP_ASYNC\)/);
  assert.equal(await victim.order('write', 1, 7), '7', 'the write is not kept waiting');
  assert.equal(session.snapshot().faults, 0);
});

test('one that also serves missing pages is not silent', async () => {
  await using victim = await startVictim(4, { modes: MISSING | WP, features: FEATURE.wpAsync });
  await using session = await attach({ pid: victim.pid, hold: null });
  assert.doesNotMatch(session.snapshot().notice, /No message/);
  const over = victim.order('read', 2);
  await heldOne(session);
  await answered(session, { verb: 'copy', source: { type: 'pattern', byte: 9 } });
  assert.equal(await over, '9');
});

test('one made with SIGBUS is said to be silent: its faults are signals', async () => {
  await using victim = await startVictim(4, { features: FEATURE.sigbus });
  await using session = await attach({ pid: victim.pid });
  assert.match(session.snapshot().notice, /No message will ever come: .*SIGBUS/);
  assert.equal(await victim.order('read', 0), 'signal 7');
  assert.equal(session.snapshot().faults, 0);
});

for (const [name, flags] of [
  ['user-mode only', USER_MODE_ONLY],
  ['user-mode only and blocking', USER_MODE_ONLY | BLOCKING],
] as const) {
  test(`${name}: held, answered by hand, and the rest handed back on leaving`, async () => {
    await using victim = await startVictim(4, { flags });
    const session = await attach({ pid: victim.pid, hold: null });
    const first = victim.order('read', 0);
    await heldOne(session);
    await answered(session, { verb: 'copy', source: { type: 'pattern', byte: 0x33 } });
    assert.equal(await first, String(0x33));
    const second = victim.order('read', 1);
    await heldOne(session);
    assert.equal((await session.detach()).released, 1);
    await using next = await attach({ pid: victim.pid, armed: true, defaultAnswer: 'zero' });
    assert.equal(await second, '0', 'whoever comes next meets it');
    await next.detach();
  });
}

test('a huge page is one fault, filled whole', async (t) => {
  const pool = '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages';
  let before: string;
  try {
    before = readFileSync(pool, 'utf8').trim();
    writeFileSync(pool, String(Number(before) + 2));
  } catch {
    return t.skip('the pool of huge pages cannot be changed: run as root');
  }
  try {
    if (Number(readFileSync(pool, 'utf8')) < Number(before) + 2) return t.skip('no memory for two huge pages');
    await using victim = await startVictim(2, { memory: 'huge' });
    await using session = await attach({ pid: victim.pid, hold: null });
    const first = victim.order('crowd', 0, 1); // reads every byte
    assert.equal((await heldOne(session)).pageSize, 2 << 20);
    await answered(session, { verb: 'copy', source: { type: 'pattern', byte: 0x44 } });
    assert.equal(await first, `${0x44}:1`);
    const second = victim.order('crowd', 1, 1);
    await heldOne(session);
    await answered(session, { verb: 'zero' });
    assert.equal(await second, '0:1');
  } finally {
    writeFileSync(pool, before);
  }
});

test('minor and write-protect faults of one shared memory: each with its own answer', async () => {
  await using victim = await startVictim(4, {
    memory: 'shared',
    modes: MINOR | WP,
    features: FEATURE.minorShmem | FEATURE.wpShmem,
  });
  writeFileSync(fileOf(victim), Buffer.alloc(4 * 4096, 0x21), { flag: 'r+' });
  await using session = await attach({ pid: victim.pid, hold: null });
  const read = victim.order('crowd', 1, 1);
  assert.equal((await heldOne(session)).kind, 'minor');
  await answered(session, { verb: 'continue' });
  assert.equal(await read, `${0x21}:1`, 'the bytes of the file');
  assert.equal(await victim.order('protect', 1, 1), '0');
  const write = victim.order('write', 1, 5);
  assert.equal((await heldOne(session)).kind, 'wp');
  await answered(session, { verb: 'unprotect' });
  assert.equal(await write, '5');
  assert.equal(readFileSync(fileOf(victim))[4096], 5);
});
