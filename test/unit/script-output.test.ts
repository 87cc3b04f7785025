/** What a script prints, however it prints it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineLimit, LineSplitter, LINES_A_SECOND, MOST_OF_A_LINE } from '../../native/session/script/output-lines.js';

function lines(...pieces: readonly string[]): string[] {
  const found: string[] = [];
  const splitter = new LineSplitter((line) => found.push(line));
  for (const piece of pieces) splitter.take(piece);
  splitter.end();
  return found;
}

test('lines are cut at their ends, wherever the pieces are', () => {
  assert.deepEqual(lines('one\ntw', 'o\r', '\n\n', 'three'), ['one', 'two', 'three']);
  assert.deepEqual(lines('', '\n'), []);
});

test('of a line without an end only the beginning is kept, and the next line is whole', () => {
  const found = lines(...Array.from({ length: 5000 }, () => 'x'.repeat(65_536)), '\nafter\n');
  assert.deepEqual(
    found.map((line) => line.length),
    [MOST_OF_A_LINE, 5],
  );
});

test('of too many lines the first are shown, and once that others were left out', () => {
  let now = 0;
  const printed: string[] = [];
  const limit = new LineLimit(
    (line) => printed.push(line),
    () => now,
  );
  const flood = (): number => {
    const before = printed.length;
    for (let i = 0; i < 10 * LINES_A_SECOND; i++) limit.take(`line ${i}`);
    return printed.length - before;
  };
  const left = (): number => printed.filter((line) => line.startsWith('… lines left out')).length;

  assert.equal(flood(), LINES_A_SECOND + 1);
  now = 1000;
  assert.equal(flood(), LINES_A_SECOND);
  assert.equal(left(), 1, 'one flood is said once');
  now = 2000;
  limit.take('calm');
  now = 3000;
  flood();
  assert.equal(left(), 2, 'another is said again');
});
