/** Joining real processes: what is held, answered, passed and given back, seen from the target's side. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { attach, UffdscopeError, type NativeJoin } from '../../native/session/index.js';
import { startTarget } from '../fixtures/target.js';
import { sleep, until } from '../support/until.js';

const held = (session: NativeJoin, count: number) =>
  until(`${count} held`, () => session.snapshot().held >= count).then(() => session.faults.waiting());

interface Page {
  readonly page: number;
  readonly bytes: string;
}

test('a process that nobody answers is seen at once, and reads exactly the bytes put in by hand', async () => {
  await using target = await startTarget('missing', ['--pages', 3]);
  await using session = await attach({ pid: target.pid });
  const [first] = await held(session, 1);
  const fault = session.faults.row(first!)!;
  assert.equal(fault.kind, 'missing');
  assert.equal(fault.tid, target.pid);
  assert.equal(session.snapshot().handler, 'none');
  const bytes = new Uint8Array(4096);
  bytes.set(Buffer.from('what the operator typed'));
  session.edit(first!, bytes);
  const [outcome] = await session.perform({ verb: 'answer' }, [first!]);
  assert.ok(outcome!.ok, outcome!.message);
  await until('its first page', () => target.lines.length > 0);
  const page = JSON.parse(target.lines[0]!) as Page;
  assert.equal(Buffer.from(page.bytes, 'hex').toString(), 'what the operator typed'.slice(0, 16));
});

test('the kernel would refuse: the verb says so before it is tried, and so does perform', async () => {
  await using target = await startTarget('wp');
  await using session = await attach({ pid: target.pid });
  const [seq] = await held(session, 1);
  assert.equal(session.legal('unprotect', seq!).ok, true);
  for (const verb of ['copy', 'zero', 'continue', 'poison', 'move'] as const) {
    const verdict = session.legal(verb, seq!);
    assert.ok(!verdict.ok && verdict.reason.length > 10, verb);
  }
  const [outcome] = await session.perform({ verb: 'zero' }, [seq!]);
  assert.equal(outcome!.ok, false);
  assert.equal(session.faults.row(seq!)!.state, 'held', 'nothing was done to it');
  await session.perform({ verb: 'unprotect' }, [seq!]);
  assert.equal(session.faults.row(seq!)!.state, 'resolved');
});

test('poison is SIGBUS for the target, delay waits as long as was said, wake makes it fault again', async () => {
  await using target = await startTarget('missing', ['--pages', 3]);
  await using session = await attach({ pid: target.pid, defaultAnswer: 'zero', hold: null });
  const [first] = await held(session, 1);
  await session.perform({ verb: 'wake' }, [first!]);
  await until('a second fault on the page', () => session.snapshot().faults >= 2);
  const [again] = await held(session, 1);
  assert.equal(session.faults.row(again!)!.page, session.faults.row(first!)!.page);
  assert.equal(session.faults.row(again!)!.hits, 2);
  const began = performance.now();
  await session.perform({ verb: 'delay', ms: 200 }, [again!]);
  assert.equal(session.faults.row(again!)!.state, 'delayed');
  await until('the page', () => target.lines.length > 0);
  assert.ok(performance.now() - began >= 195);
  const [next] = await held(session, 1);
  await session.perform({ verb: 'poison' }, [next!]);
  assert.equal((await target.exit).signal, 'SIGBUS');
});

test('a filter decides natively what is held; the rest gets the default', async () => {
  await using target = await startTarget('missing', ['--pages', 8]);
  await using session = await attach({ pid: target.pid, defaultAnswer: 'zero', hold: 'off>=16k' });
  const [seq] = await held(session, 1);
  assert.equal(session.faults.row(seq!)!.rangeOffset, 'anon[0]+0x4000');
  assert.equal(session.snapshot().resolved, 4);
  await assert.rejects(session.hold('lat>1s'), (e: UffdscopeError) => e.code === 'FILTER' && e.exit === 2);
});

test('a held fault tells the words of the hold that took it, whatever holds later', async () => {
  await using target = await startTarget('missing', ['--pages', 3]);
  await using session = await attach({ pid: target.pid, defaultAnswer: 'zero', hold: null });
  const [first] = await held(session, 1);
  await session.hold('off>=4k');
  assert.equal(session.faults.row(first!)!.heldBy, 'everything');
  await session.perform({ verb: 'zero' }, [first!]);
  await until('the second fault held', () => session.snapshot().faults >= 2 && session.snapshot().held === 1);
  const [second] = session.faults.waiting();
  assert.equal(session.faults.row(second!)!.heldBy, 'off>=4k');
  session.unhold();
  await session.perform({ verb: 'zero' }, [second!]);
  await until('the third fault, held by nobody', () => session.snapshot().faults >= 3 && session.snapshot().held === 0);
  assert.equal(session.faults.row(session.faults.last)!.heldBy, null);
});

test('--max-hold gives a held fault its default in time', async () => {
  await using target = await startTarget('missing', ['--pages', 4]);
  await using session = await attach({ pid: target.pid, defaultAnswer: 'zero', hold: null, maxHold: 50 });
  await until('all pages', () => target.lines.length === 4);
  await until('all counted', () => session.snapshot().resolved === 4); // its thread may run on before the engine does
  assert.equal(session.snapshot().faults, 4);
});

for (const name of ['blocking_uffd', 'epoll_et', 'missing', 'forks', 'remaps'] as const) {
  test(`a living handler (${name}) is held and let go twenty times and never notices`, async () => {
    const args = name === 'missing' ? ['--rounds', 0] : ['--pause', 5];
    await using target = await startTarget(name === 'missing' ? 'epoll_et' : name, args);
    await using session = await attach({ pid: target.pid, uffd: { ino: target.ready.ino } });
    for (let i = 0; i < 20; i++) {
      const before = session.snapshot().faults;
      await session.hold(null);
      assert.notEqual(session.snapshot().stance, 'looking'); // armed, or the handler has its turn to read an event
      // A fault that comes right behind a fork event is the handler's, awake to read that event: there, few are ours.
      if (name === 'forks' && i > 0) await sleep(50);
      else await until(`a fault in hold ${i}`, () => session.snapshot().faults > before, 60_000);
      await session.release();
      await sleep(10);
    }
    await session.detach();
    await sleep(200);
    assert.doesNotMatch(target.lines.join('\n'), /wrong/);
    assert.equal(await Promise.race([target.exit, sleep(100).then(() => 'runs')]), 'runs');
  });
}

test('bytes from a file, 64 KiB at a time, are the file; one that shrinks fails the fault and loses nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'source-'));
  try {
    const path = join(folder, 'image');
    const image = Buffer.alloc(256 * 4096, 0);
    for (let i = 0; i < image.length; i += 8) image.writeBigUInt64LE(BigInt(i), i);
    writeFileSync(path, image);
    await using checker = await startTarget('checker', ['--pages', 256, '--expect', `file:${path}`, '--wait']);
    await using session = await attach({
      pid: checker.pid,
      source: { type: 'file', path, offset: 0 },
      granularity: 65536,
      armed: true,
    });
    checker.say('\n');
    const [said] = (await checker.json(1)) as [{ ok: boolean }];
    assert.ok(said.ok);
    assert.ok(session.snapshot().faults <= 17, 'one fault for sixteen pages, one more where a block is cut');
    await session.detach();

    await using second = await startTarget('missing', ['--pages', 8]);
    await using shrinking = await attach({ pid: second.pid, source: { type: 'file', path, offset: 0 }, hold: null });
    const [seq] = await held(shrinking, 1);
    truncateSync(path, 100);
    const [outcome] = await shrinking.perform({ verb: 'answer' }, [seq!]);
    assert.equal(outcome!.ok, false);
    assert.equal(shrinking.faults.row(seq!)!.state, 'failed');
    assert.match(shrinking.snapshot().notice, /source ends/);
    assert.equal(
      (await shrinking.perform({ verb: 'zero' }, [seq!]))[0]!.ok,
      true,
      'it still waits and can be answered',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a source that is too short is refused before anything is touched', async () => {
  await using target = await startTarget('missing', ['--pages', 8]);
  const folder = mkdtempSync(join(tmpdir(), 'source-'));
  writeFileSync(join(folder, 'short'), 'short');
  await assert.rejects(
    attach({ pid: target.pid, source: { type: 'file', path: join(folder, 'short'), offset: 0 } }),
    (e: UffdscopeError) => e.code === 'SOURCE' && /5 bytes/.test(e.message) && e.hint !== '',
  );
  rmSync(folder, { recursive: true });
  assert.equal(target.lines.length, 0);
});

test('two threads on one page are both answered by one copy', async () => {
  await using checker = await startTarget('checker', ['--threads', 4, '--pages', 50, '--expect', 'byte:5a', '--wait']);
  await using session = await attach({ pid: checker.pid, source: { type: 'pattern', byte: 0x5a }, hold: null });
  checker.say('\n');
  await held(session, 4);
  session.unhold();
  await session.perform({ verb: 'answer' }, session.faults.waiting());
  const [said] = (await checker.json(1)) as [{ ok: boolean }];
  assert.ok(said.ok);
});

test('a target that dies while it is held ends the session without a word from us', async () => {
  const target = await startTarget('missing');
  await using session = await attach({ pid: target.pid });
  await held(session, 1);
  await target.kill();
  await until('the end is seen', () => !session.snapshot().alive);
  await session.detach();
});

test('events are ours where no handler lives: fork, remap, remove, unmap are read and told', async () => {
  await using target = await startTarget('remaps', ['--no-handler', '--pause', 10]);
  await using session = await attach({ pid: target.pid, source: { type: 'pattern', byte: 0x5a }, armed: true });
  const types = () => new Set(session.events(1, 4096).map((e) => e.type));
  await until('all three kinds', () => ['remap', 'remove', 'unmap'].every((t) => types().has(t as never)));
  await sleep(200);
  assert.doesNotMatch(target.lines.join('\n'), /wrong/);
});

test('a forked child is answered through the uffd that its fork event brought', async () => {
  await using target = await startTarget('forks', ['--no-handler', '--pause', 20]);
  await using session = await attach({ pid: target.pid, source: { type: 'pattern', byte: 0x5a }, armed: true });
  await until('three forks', () => session.events(1, 4096).filter((e) => e.type === 'fork').length >= 3);
  await sleep(300);
  assert.doesNotMatch(target.lines.join('\n'), /wrong/);
});

test('a handler that read and forgot: it is said, and redrive brings the faults to us', async () => {
  await using target = await startTarget('handler_stalls');
  await using session = await attach({ pid: target.pid, defaultAnswer: 'zero', armed: true });
  await until('the notice', () => /read by the handler/.test(session.snapshot().notice));
  assert.equal(session.snapshot().faults, 0);
  await session.redrive();
  await until('both threads are answered', () => session.snapshot().resolved >= 2);
  await until('it runs to its end', () => !session.snapshot().alive);
  assert.doesNotMatch(session.snapshot().notice, /read by the handler/);
});

test('lookOnly looks, even where nobody reads', async () => {
  await using target = await startTarget('nobody_reads');
  await using session = await attach({ pid: target.pid, lookOnly: true });
  await sleep(600);
  assert.equal(session.snapshot().stance, 'looking');
  assert.equal(session.snapshot().faults, 0);
});

test('leaving closes what was opened, before anything is collected', async () => {
  await using target = await startTarget('missing', ['--pages', 3]);
  const open = () => readdirSync('/proc/self/fd').length;
  await (await attach({ pid: target.pid, hold: null })).detach(); // what stays open once and for all
  const before = open();
  const sessions: NativeJoin[] = [];
  for (let i = 0; i < 5; i++) {
    const session = await attach({ pid: target.pid, hold: null });
    sessions.push(session);
    await session.detach();
  }
  // The engine's thread closes its last as it ends.
  await until(`${before} descriptors, not ${open()}`, () => open() <= before, 20_000);
  assert.ok(
    sessions.every((session) => session.snapshot().stance === 'left'),
    'and they can be asked still',
  );
  assert.ok(sessions.every((session) => session.snapshot().alive));
});
