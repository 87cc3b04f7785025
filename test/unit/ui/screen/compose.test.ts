/** What is sent to a terminal, shown by a terminal: an emulator plays it, and only what changed is sent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import xterm from '@xterm/headless';
import { Composer, type Layer } from '../../../../ui/screen/compose.js';

const COLUMNS = 20;
const ROWS = 5;

class Shown {
  readonly terminal = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  readonly composer = new Composer();
  base: string[] = [];
  layers = new Map<string, Layer>();

  async frame(): Promise<{ sent: string; rows: string[] }> {
    const sent = this.composer.compose({ columns: COLUMNS, rows: ROWS, base: this.base, layers: this.layers });
    await new Promise<void>((done) => this.terminal.write(`\x1b[?7l${sent}`, done));
    const rows = Array.from({ length: ROWS }, (_, y) =>
      this.terminal.buffer.active.getLine(y)!.translateToString(true),
    );
    return { sent, rows };
  }
}

const layer = (top: number, left: number, width: number, rows: string[], masks: Layer['masks'] = []): Layer => ({ top, left, width, height: rows.length, rows, masks }); // prettier-ignore

test('a layer is painted over the base, and the base goes on around it', async () => {
  const shown = new Shown();
  shown.base = ['+------------------+', '|                  |', '+------------------+'];
  shown.layers.set('hot', layer(1, 1, 18, ['hot'.padEnd(18)]));
  assert.deepEqual((await shown.frame()).rows.slice(0, 3), [
    '+------------------+',
    '|hot               |',
    '+------------------+',
  ]);
});

test('nothing changed, nothing is sent', async () => {
  const shown = new Shown();
  shown.base = ['one', 'two'];
  shown.layers.set('hot', layer(2, 0, 4, ['hot ']));
  await shown.frame();
  assert.equal((await shown.frame()).sent, '');
});

test('one changed row is all that is sent', async () => {
  const shown = new Shown();
  shown.base = ['one', 'two'];
  shown.layers.set('hot', layer(2, 0, 4, ['aaaa', 'bbbb']));
  await shown.frame();
  shown.layers.set('hot', layer(2, 0, 4, ['aaaa', 'cccc']));
  const { sent, rows } = await shown.frame();
  assert.ok(sent.includes('cccc') && !sent.includes('aaaa') && !sent.includes('one'), JSON.stringify(sent));
  assert.deepEqual(rows.slice(0, 4), ['one', 'two', 'aaaa', 'cccc']);
});

test('a changed base row does not wipe the layer that stands in it', async () => {
  const shown = new Shown();
  shown.base = ['left            right'.slice(0, 20)];
  shown.layers.set('hot', layer(0, 6, 4, ['HOT!']));
  await shown.frame();
  shown.base = ['LEFT            RIGHT'.slice(0, 20)];
  assert.equal((await shown.frame()).rows[0], 'LEFT  HOT!      RIGH');
});

test('a dialog in front: the layer shows on both its sides, the dialog in the middle', async () => {
  const shown = new Shown();
  shown.base = ['', '      +------+', '      |      |', '      +------+'];
  const dialog = { top: 1, left: 6, width: 8, height: 3 };
  shown.layers.set(
    'hot',
    layer(
      0,
      0,
      20,
      Array.from({ length: 5 }, () => 'abcdefghijklmnopqrst'),
      [dialog],
    ),
  );
  shown.layers.set('dialog', layer(2, 7, 6, [' yes? ']));
  assert.deepEqual((await shown.frame()).rows, [
    'abcdefghijklmnopqrst',
    'abcdef+------+opqrst',
    'abcdef| yes? |opqrst',
    'abcdef+------+opqrst',
    'abcdefghijklmnopqrst',
  ]);
});

test('half of a wide character at the edge of a dialog leaves no rubbish', async () => {
  const shown = new Shown();
  shown.base = ['      +------+'];
  const dialog = { top: 0, left: 6, width: 8, height: 1 };
  shown.layers.set('hot', layer(0, 0, 20, ['a日本日本日本日本日x'], [dialog]));
  const row = (await shown.frame()).rows[0]!;
  assert.equal(row, 'a日本 +------+ 本日x');
});

test('colours of a cut row do not run into the base', async () => {
  const shown = new Shown();
  shown.base = ['      +------+'];
  const dialog = { top: 0, left: 6, width: 8, height: 1 };
  shown.layers.set('hot', layer(0, 0, 20, ['\x1b[0;7;31mabcdefghijklmnopqrst\x1b[0m'], [dialog]));
  await shown.frame();
  const line = shown.terminal.buffer.active.getLine(0)!;
  assert.ok(line.getCell(0)!.isInverse());
  assert.ok(!line.getCell(6)!.isInverse());
  assert.ok(line.getCell(19)!.isInverse());
});
