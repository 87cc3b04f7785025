/** Without a pid: which process? */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { on, Terminal } from './harness.js';

test('processes with uffds first, each with what attaching would mean; a attaches', async () => {
  await on(Terminal.dev(['--picker']), async (t) => {
    await t.ready();
    await t.until('the list', /4012 +1 +3 root +demo +join, handler alive/);
    assert.match(t.text, /501 +2 +0 root +qemu-system-x86 +join, handler not seen reading/);
    assert.match(t.text, /2 with a userfaultfd, 44 shown of 44/);
    await t.press('enter');
    await t.until('watching comes later, and it says so', /watch comes with a later version; a attaches/);
    await t.press('a');
    await t.until('attached', /ARMED .*HELD 3/);
    await t.press('Q');
    assert.equal(await t.ended(), 0);
    // The keeper learns the terminal's modes while they are the shell's, and nothing of it is seen.
    assert.match(t.raw, /guardTerminal true cooked \| .*guardTerminal false cooked/s);
    assert.equal(t.raw.split('\x1b[?1049h').length - 1, 1, 'the screen was entered once');
  });
});

test('what cannot be attached says why; several userfaultfds are asked about; / finds', async () => {
  await on(Terminal.dev(['--picker'], { columns: 80, rows: 24 }), async (t) => {
    await t.ready();
    await t.press('/');
    await t.type('init');
    await t.until('one fits', /1 process fits/);
    await t.press('enter', 'a');
    await t.until('why not', /Pid 1 is never attached to|pid 1/);
    await t.press('/', 'ctrl-u');
    await t.type('qemu');
    await t.press('enter', 'a');
    await t.until('which one', /Which userfaultfd of 501\?/);
    assert.match(t.text, /1 +uffd 87723 \(fd 7\)/);
    await t.press('esc', '/', 'ctrl-u');
    await t.type('worker-3');
    await t.until('eleven fit', /11 processes fit/);
    await t.press('esc');
    await t.until('the filter before', /1 shown of 44/);
    await t.press('q');
    await t.until('q goes back to all of them', /44 shown of 44/);
    await t.press('q');
    await t.until('one stroke too many does not end it', /q again quits/);
    await t.press('q');
    assert.equal(await t.ended(), 0);
    assert.match(t.text, /calls *$/m, 'nothing was attached');
  });
});

test('a process may call itself what it likes', async () => {
  await on(Terminal.dev(['--picker']), async (t) => {
    await t.ready();
    await t.until('shown, not sent', /evil␛\[31m␇name/);
    assert.ok(!t.raw.includes('\x1b[31m\x07'));
    await t.press('?');
    await t.until('help', /Help: processes/);
    await t.press('q', 'ctrl-c');
    assert.equal(await t.ended(), 0);
  });
});

test('q in a session that was picked goes back to the list, and asks where faults are held', async () => {
  await on(Terminal.dev(['--picker']), async (t) => {
    await t.ready();
    await t.until('the list', /4012 +1 +3 root +demo/);
    await t.press('a');
    await t.until('attached', () => /ARMED .*HELD 3/.test(t.text) && /q to the list/.test(t.text));
    await t.press('2', 'q');
    await t.until('first back to Faults', /q to the list/);
    await t.press('q');
    await t.until('it asks', /3 faults would be released .*Back/);
    await t.press('n');
    await t.until('still there', () => !/would be released/.test(t.text) && /HELD 3/.test(t.text));
    await t.press('q', 'y');
    await t.until(
      'the list again',
      () => /left demo\[4012\], 3 faults handed back/.test(t.text) && /ATTACHING/.test(t.text),
    );
    await t.press('esc', 'Q');
    assert.equal(await t.ended(), 0);
    assert.match(t.raw, /detach/);
  });
});
