/** Userfaultfds that are made in unusual ways: joined, answered and left like any other, or said to be silent. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { attach, type NativeJoin } from '../../native/session/index.js';
import { builtForTests } from '../fixtures/built.js';
import { startTarget } from '../fixtures/target.js';
import { startVictim, type Victim } from '../fixtures/victim.js';

/** As the kernel numbers them (include/uapi/linux/userfaultfd.h). */
const MISSING = 1;
const WP = 2;
const MINOR = 4;
const FEATURE = {
  sigbus: 1 << 7,
  minorShmem: 1 << 10,
  wpShmem: 1 << 12,
  wpUnpopulated: 1 << 13,
  wpAsync: 1 << 15,
  events: 0b1001110,
};
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

test('a blocking userfaultfd with events and no handler: events are read, told, and keep nobody waiting', async () => {
  await using victim = await startVictim(16, { flags: BLOCKING, features: FEATURE.events });
  await using session = await attach({
    pid: victim.pid,
    armed: true,
    defaultAnswer: 'source',
    source: { type: 'pattern', byte: 0x66 },
  });
  assert.equal(await victim.order('read', 0), String(0x66));
  assert.equal(await victim.order('remove', 0, 1), '0');
  assert.equal(await victim.order('read', 0), String(0x66), 'removed, it faults anew');
  assert.equal(await victim.order('fork', 5), String(0x66), 'the child reads what it should, not zeros');
  assert.match(await victim.order('remap', 8, 2), /^0x/);
  assert.equal(await victim.order('unmap', 12, 2), '0');
  const types = () => new Set(session.events(0, 1000).map((event) => event.type));
  for (const type of ['remove', 'fork', 'remap', 'unmap'] as const)
    await until(`${type} is told`, () => types().has(type));
});

test('--own-events: what a living handler would have read comes to us, and its children are answered', async () => {
  await using target = await startTarget('forks', ['--pages', 4, '--pause', 50]);
  await using session = await attach({
    pid: target.pid,
    uffd: { ino: target.ready.ino },
    armed: true,
    ownEvents: true,
    defaultAnswer: 'source',
    source: { type: 'pattern', byte: 0x5a },
  });
  const before = target.lines.length;
  await until('five more rounds, each with a child that read every byte', () => target.lines.length >= before + 5);
  await until('its forks are told', () => session.events(0, 1000).filter((event) => event.type === 'fork').length >= 4);
});

test('--compete: beside handlers that bear it every page is right, and they read on when we have left', async () => {
  const handler = spawn(builtForTests('targets/handler_waits'), ['poll', 'threads=2', 'touchers=4'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const exit = once(handler, 'exit');
    await once(handler.stdout, 'data');
    const session = await attach({ pid: handler.pid!, compete: true, armed: true, defaultAnswer: 'pass' });
    await until('faults are read and passed on', () => session.snapshot().resolved > 20);
    await session.hold(null);
    await until('some are held', () => session.snapshot().held > 0);
    assert.ok((await session.detach()).released > 0);
    handler.stdin.end();
    assert.deepEqual(await exit, [0, null], 'no wrong byte, no error');
  } finally {
    handler.kill('SIGKILL');
  }
});

for (const [memory, feature] of [
  ['anon', FEATURE.wpUnpopulated],
  ['shared', FEATURE.wpShmem],
] as const) {
  test(`a page that was write-protected before it was filled (${memory}): its missing fault is held once`, async () => {
    await using victim = await startVictim(4, { memory, modes: MISSING | WP, features: feature });
    assert.equal(await victim.order('protect', 0, 4), '0');
    await using session = await attach({ pid: victim.pid, hold: null });
    const over = victim.order('write', 1, 7);
    const { seq, kind } = await heldOne(session);
    assert.equal(kind, 'missing');
    await sleep(1200); // several looks at whether somebody else has answered it
    assert.deepEqual(session.faults.waiting(), [seq]);
    await answered(session, { verb: 'copy', source: { type: 'pattern', byte: 1 } });
    assert.equal(await over, '7');
  });
}
