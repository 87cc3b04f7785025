/** Keys that give an answer other bytes: by hand, from elsewhere, damaged. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { on, Terminal } from '../harness.js';
import { answered, callsOf, focused, onlyMissing } from './faults-screen.js';

test('e: digits, text, undo, revert; enter keeps, V reverts, a answers with them', async () => {
  await on(Terminal.dev(['--held', '3']), async (t) => {
    await t.ready();
    await onlyMissing(t);
    const seq = focused(t);
    await t.press('e');
    await t.until('the editor', new RegExp(`Edit #${seq}`));
    await t.press('g');
    await t.type('deadbe');
    await t.until('typed', /de ad be/);
    await t.press('u', 'u');
    await t.until('one byte taken back', () => !/de ad be/.test(t.text) && /de ad/.test(t.text));
    await t.press('tab');
    await t.type('Z');
    await t.until('text', /de ad 5a/);
    await t.press('tab', 'V');
    await t.until('reverted', /unchanged/);
    await t.press('g');
    await t.type('cafe');
    await t.press('enter');
    await t.until('kept', /bytes kept; a answers with them/);
    await t.until('and shown as edited', () => /\* 000 .ca fe/.test(t.text) || /bytes edited by hand/.test(t.text));
    await t.press('V');
    await t.until('not edited', /not edited/);
    await t.press('e');
    await t.until('again', new RegExp(`Edit #${seq}`));
    await t.press('g');
    await t.type('f00d');
    await t.press('enter', 'a');
    await t.until('answered', new RegExp(`#${seq} answer: copy`));
    assert.match(
      await callsOf(t),
      new RegExp(`edit ${seq} cafe4c46 \\| edit ${seq} revert \\| edit ${seq} f00d4c46 \\| answer ${seq}`),
    );
  });
});

test('E in the editor: the bytes in $EDITOR, and back', async () => {
  const EDITOR = `sed -i 's/^00000000: 7f 45/00000000: aa bb/'`;
  await on(Terminal.dev(['--held', '3'], { env: { EDITOR, VISUAL: '' } }), async (t) => {
    await t.ready();
    await onlyMissing(t);
    await t.press('e');
    await t.until('the editor', /Edit #/);
    await t.press('E');
    await t.until('its change is taken', /2 bytes differ now/);
    assert.ok(t.alternate);
    await t.press('g');
    await t.until('shown', /aa bb 4c 46/);
  });
});

test('what is typed before the editor is there goes into the editor: no a answers by mistake', async () => {
  await on(Terminal.dev(['--held', '3']), async (t) => {
    await t.ready();
    await onlyMissing(t);
    t.send('egabadcafe'); // in one read, as a fast hand or a slow line brings it
    await t.until('typed into it', /ab ad ca fe/);
    await t.press('esc');
    assert.doesNotMatch(await callsOf(t), /answer|copy/);
  });
});

test('x: one menu, each harm shown before it is done; poison asks once a range', async () => {
  await on(Terminal.dev(['--held', '6']), async (t) => {
    await t.ready();
    await onlyMissing(t);
    await t.press('x');
    await t.until('the menu with a preview', () => /Harm #/.test(t.text) && /after: \d+ rows? differs?/.test(t.text));
    await t.press('f');
    await t.until('it asks for the byte', /byte: aa/);
    await t.press('enter');
    await t.until('given', /copy: copy: 4096 bytes/);
    await answered(t, 3);
    await t.press('x', 'p');
    await t.until('poison asks', /Poison 1 page in/);
    t.send('nxpy'); // at once, as from a slow line: each finds the dialog that the one before it opened
    await t.until('poisoned', /poison: poison/);
    assert.match(await callsOf(t), /copy \d+ \| poison \d+/);
  });
});

test('c: copy from a file, hex, a byte; :copy too', async () => {
  await on(Terminal.dev(['--held', '6']), async (t) => {
    await t.ready();
    await onlyMissing(t);
    await t.press('c');
    await t.until('the menu', /another page of the target/);
    await t.press('f');
    await t.type('package.js');
    await t.press('tab');
    await t.until('completed', /file: package.json/);
    await t.press('enter');
    await answered(t, 3);
    await t.press('c', 'h');
    await t.type('7f 45 4');
    await t.until('half a byte is refused', /bytes in hex/);
    await t.type('c');
    await t.press('enter');
    await answered(t, 2);
    await t.press(':');
    await t.type('copy pattern:aa');
    await t.press('enter');
    await answered(t, 1);
    assert.match(await callsOf(t), /copy 32 \| copy 33 \| copy 35/);
  });
});

test('L loads bytes to look at first; :save writes those shown', async () => {
  const { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } = await import('node:fs');
  const dir = mkdtempSync('/tmp/uffdscope-test-');
  try {
    writeFileSync(`${dir}/page.bin`, Buffer.alloc(4096, 'wxyz'));
    await on(Terminal.dev(['--held', '3']), async (t) => {
      await t.ready();
      await onlyMissing(t);
      await t.press('L');
      await t.type(`${dir}/page.bin`);
      await t.press('enter');
      await t.until('loaded and shown', () => /77 78 79 7a/.test(t.text) && /bytes kept/.test(t.text));
      await t.press(':');
      await t.type(`save ${dir}/out.bin`);
      await t.press('enter');
      await t.until('saved', /4096 bytes written/);
      assert.deepEqual(readFileSync(`${dir}/out.bin`), readFileSync(`${dir}/page.bin`));
      assert.equal(statSync(`${dir}/out.bin`).mode & 0o777, 0o600);
      await t.press(':', 'up', 'enter');
      await t.until('never over a file that is there', /cannot be written: EEXIST/);
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
});
