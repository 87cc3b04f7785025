/** Stopped by a signal that nobody can catch: the terminal is the shell's meanwhile, and ours again afterwards. */
import { test } from 'node:test';
import { startTarget } from '../fixtures/target.js';
import { isRoot, skipUnless } from '../support/skip.js';
import { on, Terminal } from './harness.js';

test('SIGSTOP, then SIGCONT: keys work as before', skipUnless(isRoot, 'needs root'), async () => {
  await using target = await startTarget('epoll_et', ['--pause', 20]);
  await on(Terminal.cli(['attach', String(target.pid), '--hold', '@all']), async (t) => {
    await t.until('held', /HELD \d/);
    process.kill(t.pty.pid, 'SIGSTOP');
    await t.until('the keeper leaves the screen', /uffdscope is stopped; what it held is given back/);
    process.kill(t.pty.pid, 'SIGCONT');
    await t.until('held again', /HELD \d/);
    await t.press('ctrl-x');
    await t.until('the panic key', /nothing is held any more/);
    await t.press('Q');
    await t.ended();
  });
});
