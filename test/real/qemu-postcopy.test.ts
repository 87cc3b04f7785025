/** Taking part in QEMU's post-copy: hold its guest's faults, answer nothing, leave; the migration ends right. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { attach } from '../../native/session/index.js';
import { endsRight, startPostcopy } from '../fixtures/postcopy.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('holding QEMU in post-copy and leaving lets the migration complete', { timeout: 180_000 }, async () => {
  await using vms = await startPostcopy();
  await vms.switchOver();
  await using session = await attach({ pid: vms.destination });
  assert.equal(session.snapshot().stance, 'looking', 'a living handler is left alone until we are armed');
  for (let turn = 0; turn < 3; turn++) {
    await session.hold(null);
    await sleep(500);
    const held = session.snapshot();
    assert.equal(held.handler, 'frozen');
    // QEMU's listen thread goes on filling pages: what it fills is not held any more, so one vCPU holds one fault.
    assert.ok(held.held <= 3, `${held.held} held with one vCPU`);
    await session.release();
    await sleep(300);
  }
  const { faults, handedBack } = session.snapshot();
  assert.ok(faults > 0, 'the guest faulted while we held');
  const elsewhere = session.faults.select((f) => f.state === 'gone' && f.by === 'handler').length;
  assert.equal(handedBack + elsewhere, faults, 'everything that was held went back, or QEMU had filled it itself');
  await session.detach();
  await endsRight(vms);
});

const HOLDER = `
import { attach } from ${JSON.stringify(new URL('../../native/session/index.ts', import.meta.url).href)};
const session = await attach({ pid: Number(process.argv[1]) });
await session.hold(null);
setInterval(() => { const s = session.snapshot(); console.log(s.held, s.handedBack, s.stance); }, 50);
`;

/** A uffdscope in a process of its own that holds everything; resolves once a fault is held. */
async function holderOf(pid: number) {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', HOLDER, String(pid)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let last = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (last = text.trim().split('\n').at(-1)!));
  for (let i = 0; i < 200 && !(Number.parseInt(last) > 0); i++) await sleep(50);
  assert.ok(Number.parseInt(last) > 0, 'a fault is held');
  return { child, last: () => last };
}

test('SIGKILL of uffdscope while it holds QEMU loses nothing', { timeout: 180_000 }, async () => {
  await using vms = await startPostcopy();
  await vms.switchOver();
  const { child } = await holderOf(vms.destination);
  child.kill('SIGKILL');
  await endsRight(vms);
});

test('kill -STOP of uffdscope for 5 s while it holds QEMU loses nothing', { timeout: 180_000 }, async () => {
  await using vms = await startPostcopy();
  await vms.switchOver();
  const { child, last } = await holderOf(vms.destination);
  const printed = vms.printed().length;
  child.kill('SIGSTOP');
  await sleep(5000);
  assert.ok(vms.printed().length >= printed);
  child.kill('SIGCONT');
  await sleep(500);
  const [, handedBack] = last().split(' ').map(Number);
  assert.ok(handedBack! > 0, 'it knows that the keeper handed back what it held');
  child.kill('SIGTERM');
  await endsRight(vms);
});
