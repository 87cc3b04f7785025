/** "Looking never touches": what uffdscope and its keeper ask of the kernel before anything arms them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { COMMAND } from '../cli/uffdscope.js';
import { startTarget } from '../fixtures/target.js';

const CALLS =
  'ioctl,ptrace,read,readv,preadv2,poll,ppoll,epoll_ctl,kill,tgkill,pidfd_send_signal,process_vm_writev,process_madvise';

/** Of one attachment, by every process and thread of it: what was asked of a userfaultfd, and who was traced or signalled. */
async function touches(args: readonly (string | number)[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'uffdscope-'));
  const log = join(folder, 'calls');
  try {
    const strace = ['-f', '-qq', '-y', '-e', 'signal=none', '-e', `trace=${CALLS}`, '-o', log];
    const child = spawn('strace', [...strace, process.execPath, COMMAND, 'attach', ...args.map(String)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const [status] = (await once(child, 'close')) as [number | null];
    assert.equal(status, 0, said);
    const calls = readFileSync(log, 'utf8').split('\n');
    assert.ok(calls.length > 100, 'strace saw it work');
    return calls.filter((line) => /\[userfaultfd\]|\bUFFDIO_|\bptrace\(|\b(tg|pidfd_send_)?(kill|signal)\(/.test(line));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const HEADLESS = ['--fd', 3, '--headless', '-o', 'jsonl', '--duration', '2s'];

test('while it looks at a handler at work it asks nothing of the userfaultfd, and stops nobody', async () => {
  await using target = await startTarget('forks', ['--pause', 100]);
  assert.deepEqual((await touches([target.pid, ...HEADLESS])).slice(0, 5), []);
});

test('the same look sees what it does once it is armed', async () => {
  await using target = await startTarget('forks', ['--pause', 100]);
  const seen = await touches([target.pid, ...HEADLESS, '--default', 'pass']);
  assert.ok(
    seen.some((line) => /ptrace\(PTRACE_SEIZE/.test(line)),
    'the handler was stopped',
  );
  assert.ok(
    seen.some((line) => /UFFDIO_/.test(line)),
    'and the userfaultfd was used',
  );
});
