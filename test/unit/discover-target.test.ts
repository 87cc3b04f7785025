import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawScan } from '../../native/addon/observe.js';
import { UffdscopeError } from '../../native/session/errors.js';
import { servedMemories } from '../../native/session/discover/memories.js';
import { refusal } from '../../native/session/discover/refuse.js';
import { chooseHeld, parsePid, type UffdWish } from '../../native/session/discover/target.js';
import { held, proc, row, scan } from './discover-scan.js';

const OURS = { self: 900, ancestors: new Set([800, 700, 1]) };
const why = (more: Parameters<typeof row>[1], pid = 501) => refusal(row(pid, more), OURS)?.error ?? null;
const choose = (machine: RawScan, wish: UffdWish) => chooseHeld(machine, servedMemories(machine), wish);
const code = (expected: string) => (error: unknown) => {
  assert.ok(error instanceof UffdscopeError);
  assert.equal(error.code, expected);
  return true;
};

test('what is no pid is said to be none', () => {
  assert.equal(parsePid('501'), 501);
  for (const text of ['', 'x', '-1', '0', '1e3', '4194305', ' 5', '5\n', '99999999999999999999'])
    assert.throws(() => parsePid(text), code('USAGE'), text);
});

test('every refusal has a code and one sentence', () => {
  assert.equal(why({}), null);
  assert.equal(why({ kernelThread: true })?.code, 'KERNEL_THREAD');
  assert.equal(why({ state: 'Z' })?.code, 'ZOMBIE');
  assert.match(why({ state: 'Z', threads: 3 })!.hint, /--via/);
  assert.equal(why({}, 900)?.code, 'REFUSED_SELF');
  assert.equal(why({}, 800)?.code, 'REFUSED_SELF');
  assert.equal(why({}, 1)?.code, 'REFUSED_SELF');
  assert.equal(why({ comm: 'uffdscope-keepe' })?.code, 'REFUSED_SELF');
  assert.equal(why({ tracer: process.pid })?.code, 'TRACED');
  assert.match(why({ tracer: process.pid })!.message, new RegExp(`${process.pid} \\(`));
  assert.match(why({ tgid: 400 })!.hint, /400/);
  assert.equal(why({ attachErrno: 1 })?.code, 'NOT_PERMITTED');
  assert.equal(why({ attachErrno: 1 })?.exit, 3);
});

test('a name that holds escapes is shown, not obeyed', () => {
  assert.ok(!why({ comm: '\u001b]0;x\u0007', state: 'Z' })!.message.includes('\u001b'));
});

test('one userfaultfd needs no name', () => {
  const machine = scan({ held: [held(501, 12, 7)], processes: [proc(501, 1)] });
  assert.equal(choose(machine, { pid: 501 }).fd, 12);
});

test('several and none named: they are listed, and either name picks one', () => {
  const machine = scan({
    held: [held(501, 3, 7), held(501, 4, 8, { pending: 1, total: 3 })],
    processes: [proc(501, 2)],
  });
  assert.throws(
    () => choose(machine, { pid: 501 }),
    (error) =>
      code('SEVERAL_UFFDS')(error) && /uffd 8 \(fd 4, 1 unread of 3 waiting\)/.test((error as UffdscopeError).message),
  );
  assert.equal(choose(machine, { pid: 501, uffd: { ino: 8 } }).fd, 4);
  assert.equal(choose(machine, { pid: 501, uffd: { fd: 3 } }).ino, 7);
  assert.throws(() => choose(machine, { pid: 501, uffd: { ino: 9 } }), code('NO_SUCH_UFFD'));
  assert.throws(() => choose(machine, { pid: 501, uffd: { fd: 99 } }), code('NO_SUCH_UFFD'));
});

test('a target whose userfaultfd another process holds is found without --via where that is certain', () => {
  const machine = scan({ held: [held(9, 5, 7)], processes: [proc(9, 0), proc(501, 1)] });
  assert.equal(choose(machine, { pid: 501 }).pid, 9);
  assert.equal(choose(machine, { pid: 501, via: 9 }).pid, 9);
});

test('a keeper of another uffdscope is the last to be asked', () => {
  const machine = scan({
    held: [held(8, 5, 7), held(9, 5, 7)],
    processes: [proc(8, 0, { comm: 'uffdscope-keepe' }), proc(9, 0), proc(501, 1)],
  });
  assert.equal(choose(machine, { pid: 501 }).pid, 9);
});

test('none at all; and registered memory whose holder is not seen', () => {
  assert.throws(() => choose(scan({}), { pid: 501 }), code('NO_UFFD'));
  assert.throws(
    () => choose(scan({ processes: [proc(501, 1)] }), { pid: 501 }),
    (error) => code('NO_UFFD')(error) && (error as UffdscopeError).hint.includes('root'),
  );
});
