/** The line editor: what readline gives, and what it must not do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keys, type KeyPress } from '../../../../ui/screen/keys.js';
import { PromptLine } from '../../../../ui/screen/prompt-line.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

class Typed {
  readonly accepted: string[] = [];
  readonly line: PromptLine;
  readonly #keys = new Keys();

  constructor(initial = '', history: string[] = [], words: string[] = []) {
    this.line = new PromptLine({
      initial,
      history,
      complete: (before) => {
        const typed = before.split(' ').at(-1)!;
        return { words: words.filter((word) => word.startsWith(typed)), typed };
      },
      onAccept: (line) => this.accepted.push(line),
    });
    this.#keys.on('key', (key: KeyPress) => this.line.key(key));
    this.#keys.on('paste', (text) => this.line.insert(text));
  }

  async type(bytes: string): Promise<string> {
    this.#keys.feed(Buffer.from(bytes));
    await pause(60);
    return `${this.line.line.slice(0, this.line.cursor)}|${this.line.line.slice(this.line.cursor)}`;
  }
}

test('typing, moving by words, killing, yanking, undo', async () => {
  const typed = new Typed();
  assert.equal(await typed.type('hold held'), 'hold held|');
  assert.equal(await typed.type('\x17'), 'hold |', 'ctrl-w');
  assert.equal(await typed.type('\x1f'), 'hold held|', 'ctrl-_ undoes');
  assert.equal(await typed.type('\x15'), '|', 'ctrl-u');
  assert.equal(await typed.type('\x19'), 'hold held|', 'ctrl-y');
  assert.equal(await typed.type('\x01'), '|hold held', 'ctrl-a');
  assert.equal(await typed.type('\x1bf'), 'hold |held', 'alt-f');
});

test('it begins with what stood there', async () => {
  assert.equal(await new Typed('range=heap').type(' rw=w'), 'range=heap rw=w|');
});

test('history, newest first', async () => {
  const typed = new Typed('', ['newest', 'older']);
  assert.equal(await typed.type('\x1b[A'), 'newest|');
  assert.equal(await typed.type('\x1b[A'), 'older|');
  assert.equal(await typed.type('\x1b[B'), 'newest|');
});

test('tab completes what is clear', async () => {
  const typed = new Typed('', [], ['range', 'rw', 'kind']);
  assert.equal(await typed.type('ra\t'), 'range|');
  assert.equal(await typed.type('=x k\t'), 'range=x kind|');
});

test('enter accepts the line', async () => {
  const typed = new Typed('held');
  await typed.type('\r');
  assert.deepEqual(typed.accepted, ['held']);
});

test('a paste with newlines stays one line and accepts nothing', async () => {
  const typed = new Typed();
  assert.equal(await typed.type('\x1b[200~kind=missing\rheld\n\x07x\x1b[201~'), 'kind=missing held x|');
  assert.deepEqual(typed.accepted, []);
});

test('wide characters', async () => {
  const typed = new Typed();
  assert.equal(await typed.type('日本\x7f'), '日|');
});

test('ctrl-c, ctrl-d and ctrl-z do not reach readline, which would close or stop', async () => {
  const typed = new Typed('ab');
  assert.equal(await typed.type('\x03\x04\x1ac'), 'abc|');
});

test('a whole line is replaced', () => {
  const { line } = new Typed('rang=heap');
  line.set('range=heap');
  assert.equal(line.line, 'range=heap');
});
