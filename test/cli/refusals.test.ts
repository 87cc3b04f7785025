/** Targets that must not, or cannot, be taken part in: one sentence, a hint, the exit code, the target untouched. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileOdd, startOdd } from '../fixtures/odd-uffds.js';
import { startTarget } from '../fixtures/target.js';
import { skipUnless } from '../support/skip.js';
import { bash, nobodyCanRun, NOBODY, uffdscope, type RunOptions } from './uffdscope.js';

const asNobody = skipUnless(nobodyCanRun, 'needs root, and a checkout that others may enter');
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function refused(pid: number | string, status: number, sentence: RegExp, hint: RegExp, options: RunOptions = {}) {
  const outcome = await uffdscope(['attach', pid, '--headless', '--default', 'zero'], options);
  assert.equal(outcome.status, status, outcome.stderr);
  assert.equal(outcome.stdout, '');
  const [first, ...rest] = outcome.stderr.trimEnd().split('\n');
  assert.match(first!, sentence);
  assert.match(rest.join('\n'), hint);
}

const SLEEPER = ['-c', 'exec sleep 60'];

test('no such process', async () => {
  await refused(4194304, 1, /There is no process 4194304\./, /uffdscope ps/);
});

test('a zombie', async () => {
  const parent = spawn('bash', ['-c', 'sleep 0.5 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const pid = Number(
      await new Promise((resolve) => parent.stdout.once('data', (text: Buffer) => resolve(String(text)))),
    );
    for (let i = 0; i < 200 && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')); i++) await sleep(20);
    await refused(pid, 1, /has ended and only waits for its parent/, /uffdscope ps/);
  } finally {
    parent.kill('SIGKILL');
  }
});

const kthreadd = existsSync('/proc/2/stat') ? readFileSync('/proc/2/stat', 'utf8') : '';
test('a kernel thread', skipUnless(kthreadd.includes('(kthreadd)'), 'needs the first pid namespace'), async () => {
  await refused(2, 1, /2 \(kthreadd\) is a kernel thread/, /uffdscope ps/);
});

test('pid 1, itself, and whoever it descends from', async () => {
  await refused(1, 1, /Process 1 is refused/, /.?/);
  await refused(process.pid, 1, /is an ancestor of this uffdscope/, /setsid/);
  const self = await bash('exec $UFFDSCOPE attach $$ --headless');
  assert.equal(self.status, 1);
  assert.match(self.stderr, /is uffdscope itself/);
});

test('a thread is not a process, and its process is named', async () => {
  await using target = await startTarget('nobody_reads', ['--threads', 1]);
  const { stdout } = await bash(`ls /proc/${target.pid}/task`);
  const tid = stdout
    .trim()
    .split('\n')
    .find((one) => one !== String(target.pid));
  await refused(Number(tid), 1, /is not a process but a thread of process/, new RegExp(`${target.pid}`));
});

test('a traced process: the tracer is named', async () => {
  const traced = spawn('sh', SLEEPER, { stdio: 'ignore' });
  const tracer = spawn('strace', ['-o', '/dev/null', '-p', String(traced.pid)], { stdio: 'ignore' });
  try {
    for (let i = 0; i < 100; i++) {
      if (!/TracerPid:\t0/.test(readFileSync(`/proc/${traced.pid}/status`, 'utf8'))) break;
      await sleep(20);
    }
    await refused(traced.pid!, 1, new RegExp(`is traced by ${tracer.pid} \\(strace\\)`), /Detach or end/);
  } finally {
    tracer.kill('SIGKILL');
    traced.kill('SIGKILL');
  }
});

test('a process without a userfaultfd', async () => {
  const plain = spawn('sh', SLEEPER, { stdio: 'ignore' });
  try {
    await refused(plain.pid!, 1, /has no userfaultfd/, /uffdscope ps/);
  } finally {
    plain.kill('SIGKILL');
  }
});

test('several and none named: they are listed; a wrong name says so', async () => {
  await using odd = await startOdd(['two']);
  await refused(odd.pid, 2, /has several userfaultfds: uffd \d+ \(fd 3.*uffd \d+ \(fd 4/, /--uffd INO or --fd N/);
  const wrong = await uffdscope(['attach', odd.pid, '--headless', '--fd', 77]);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /descriptor 77 is none of them/);
  const status = readFileSync(`/proc/${odd.pid}/status`, 'utf8');
  assert.match(status, /TracerPid:\t0/);
});

test("another user's process, without privilege: exit 3 and the exact sudo line", asNobody, async () => {
  await using target = await startTarget('nobody_reads');
  await refused(
    target.pid,
    3,
    /belongs to another user \(uid 0\)/,
    new RegExp(`sudo \\S*node \\S*uffdscope\\.js attach ${target.pid} --headless --default zero$`),
    { uid: NOBODY },
  );
});

test('a process of our own that is not dumpable', asNobody, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'guarded-'));
  try {
    chmodSync(folder, 0o755);
    const path = join(folder, 'guarded');
    copyFileSync(compileOdd(), path);
    chmodSync(path, 0o711);
    await using odd = await startOdd(['two'], { uid: NOBODY, path });
    await refused(odd.pid, 3, /is protected/, /sudo/, { uid: NOBODY });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a hostile name in a refusal reaches no terminal', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
  try {
    const path = join(folder, '\u001b[31mx');
    copyFileSync('/bin/sleep', path);
    chmodSync(path, 0o755);
    const sleeper = spawn(path, ['60'], { stdio: 'ignore' });
    const { stderr } = await uffdscope(['attach', sleeper.pid!, '--headless']);
    sleeper.kill('SIGKILL');
    assert.ok(!stderr.includes('\u001b'));
    assert.ok(stderr.includes('␛[31mx'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
