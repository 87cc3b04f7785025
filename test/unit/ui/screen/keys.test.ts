/** Bytes as a terminal sends them, to names of keys. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keys } from '../../../../ui/screen/keys.js';

async function keysOf(...chunks: (string | number)[]): Promise<{ keys: string[]; pastes: string[]; mouse: string[] }> {
  const keys = new Keys();
  const seen = { keys: [] as string[], pastes: [] as string[], mouse: [] as string[] };
  keys.on('key', (key) => seen.keys.push(key.name));
  keys.on('paste', (text) => seen.pastes.push(text));
  keys.on('mouse', (report) => seen.mouse.push(`${report.type} ${report.button} ${report.x},${report.y}`));
  for (const chunk of chunks) {
    if (typeof chunk === 'number') await new Promise((resolve) => setTimeout(resolve, chunk));
    else keys.feed(Buffer.from(chunk, 'latin1'));
  }
  await new Promise((resolve) => setTimeout(resolve, 120));
  keys.close();
  return seen;
}

test('letters, their shift, digits and signs', async () => {
  assert.deepEqual((await keysOf('aA1/?=!|:-+_[]')).keys, [
    'a',
    'A',
    '1',
    '/',
    '?',
    '=',
    '!',
    '|',
    ':',
    '-',
    '+',
    '_',
    '[',
    ']',
  ]);
});

test('control keys', async () => {
  assert.deepEqual((await keysOf('\x03\x18\x1a\x0c\x10\x06\x04\x15')).keys, [
    'ctrl-c', 'ctrl-x', 'ctrl-z', 'ctrl-l', 'ctrl-p', 'ctrl-f', 'ctrl-d', 'ctrl-u',
  ]); // prettier-ignore
});

test('named keys, as xterm and as the linux console send them', async () => {
  assert.deepEqual((await keysOf('\r\t\x1b[Z \x7f\x1b[A\x1bOB\x1b[C\x1b[D\x1b[5~\x1b[6~\x1b[H\x1b[F\x1b[1~\x1b[4~')).keys, [
    'enter', 'tab', 'shift-tab', 'space', 'backspace', 'up', 'down', 'right', 'left', 'pageup', 'pagedown', 'home', 'end', 'home', 'end',
  ]); // prettier-ignore
});

test('a lone escape is a key, soon', async () => {
  assert.deepEqual((await keysOf('\x1b', 100, 'j')).keys, ['esc', 'j']);
});

test('an arrow split in two is still an arrow', async () => {
  assert.deepEqual((await keysOf('\x1b', '[A')).keys, ['up']);
  assert.deepEqual((await keysOf('\x1b[', 'A')).keys, ['up']);
});

test('mouse reports are not keys', async () => {
  const seen = await keysOf('a\x1b[<0;10;5Mb\x1b[<0;10;5mc\x1b[<64;3;4M\x1b[<65;3;4M\x1b[<35;7;7M');
  assert.deepEqual(seen.keys, ['a', 'b', 'c']);
  assert.deepEqual(seen.mouse, ['press 0 9,4', 'release 0 9,4', 'wheel-up 0 2,3', 'wheel-down 0 2,3']);
});

for (let cut = 1; cut < 11; cut++) {
  test(`a mouse report split after ${cut} bytes`, async () => {
    const report = '\x1b[<0;10;15M';
    const seen = await keysOf(report.slice(0, cut), report.slice(cut), 'x');
    assert.deepEqual(seen, { keys: ['x'], pastes: [], mouse: ['press 0 9,14'] });
  });
}

test('half a mouse report whose rest never comes is dropped, not typed', async () => {
  assert.deepEqual((await keysOf('\x1b[<0;10;', 100, 'j')).keys, ['j']);
});

test('pasted text is text, whatever keys it would be', async () => {
  const seen = await keysOf('j\x1b[200~zQ\x03\r line two\x1b[201~k');
  assert.deepEqual(seen.keys, ['j', 'k']);
  assert.deepEqual(seen.pastes, ['zQ\x03\r line two']);
});

test('the panic key works even in a paste that never ends', async () => {
  const seen = await keysOf('\x1b[200~lost end', 20, '\x18');
  assert.deepEqual(seen.keys, ['ctrl-x']);
  assert.deepEqual(seen.pastes, ['lost end']);
});

test('a character of several bytes, split between two reads', async () => {
  const bytes = Buffer.from('日é', 'utf8').toString('latin1');
  assert.deepEqual((await keysOf(bytes.slice(0, 1), bytes.slice(1, 4), bytes.slice(4))).keys, ['日', 'é']);
});
