import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration, parseGranularity } from '../../bin/flags.js';
import { decideColor } from '../../bin/output/color.js';
import { describeFailure, exitStatusOf } from '../../bin/output/exit.js';
import { toJson } from '../../bin/output/json.js';
import { textTable, wrap } from '../../bin/output/text-table.js';
import { bytes, count, duration } from '../../bin/output/units.js';
import { UffdscopeError } from '../../native/session/errors.js';
import { shellWord, sudoLine } from '../../native/session/sudo-hint.js';

test('times', () => {
  assert.equal(parseDuration('500us', '--x'), 500_000);
  assert.equal(parseDuration('1.5s', '--x'), 1_500_000_000);
  assert.equal(parseDuration('7ns', '--x'), 7);
  for (const text of ['', '5', 's', '-1s', '1e3s', '1 s', '0.1ns', '1y', '99999999h'])
    assert.throws(() => parseDuration(text, '--x'), UffdscopeError, text);
  assert.deepEqual([1, 1500, 13_710, 2.5e6, 3.4e9, 125e9].map(duration), [
    '1 ns',
    '1.50 µs',
    '13.7 µs',
    '2.50 ms',
    '3.40 s',
    '2 min 05 s',
  ]);
});

test('sizes', () => {
  assert.equal(parseGranularity('64k'), 65_536);
  assert.equal(parseGranularity('2m'), 2 << 20);
  assert.throws(() => parseGranularity('3k'), UffdscopeError);
  assert.deepEqual([0, 4096, 1 << 20, 1.5 * 2 ** 30].map(bytes), ['0 B', '4 KiB', '1 MiB', '1.50 GiB']);
  assert.equal(count(1, 'page'), '1 page');
  assert.equal(count(2, 'process', 'processes'), '2 processes');
});

test('colour is decided once, in this order', () => {
  const level = (flag: boolean | undefined, env: Record<string, string>, isTerminal: boolean) =>
    decideColor({ flag, env, isTerminal });
  assert.equal(level(undefined, { TERM: 'xterm' }, true), 1);
  assert.equal(level(undefined, { TERM: 'xterm-256color' }, true), 2);
  assert.equal(level(undefined, { TERM: 'xterm', COLORTERM: 'truecolor' }, true), 3);
  assert.equal(level(undefined, { TERM: 'dumb' }, true), 0);
  assert.equal(level(undefined, { TERM: 'xterm' }, false), 0);
  assert.equal(level(undefined, { TERM: 'xterm', NO_COLOR: '1' }, true), 0);
  assert.equal(level(undefined, { TERM: 'xterm', NO_COLOR: '' }, true), 1);
  assert.equal(level(undefined, { FORCE_COLOR: '1' }, false), 1);
  assert.equal(level(undefined, { FORCE_COLOR: '3', NO_COLOR: '1' }, true), 0);
  assert.equal(level(true, { NO_COLOR: '1' }, false), 1);
  assert.equal(level(false, { FORCE_COLOR: '3' }, true), 0);
});

test('a failure is one sentence and a hint; --debug adds where; nothing of it steers a terminal', () => {
  const error = new UffdscopeError('NOT_PERMITTED', 'Process 1 (a\u001b[31m) is guarded.', 'Run it as root', {
    errno: 'EPERM',
  });
  assert.equal(describeFailure(error, false), 'uffdscope: Process 1 (a␛[31m) is guarded.\n  Run it as root\n');
  assert.match(describeFailure(error, true), /"errno":"EPERM"[\s\S]*\n +at /);
  assert.equal(exitStatusOf(error), 3);
  assert.match(describeFailure(new TypeError('x is not y\nmore'), false), /^uffdscope: x is not y\n {2}With --debug/);
  assert.equal(exitStatusOf(new TypeError('x')), 1);
});

test('JSON: bigints are hex strings, and what a terminal would obey is escaped', () => {
  const text = toJson({ at: 0x7f00n, name: 'a\u009b31m\u202eb\u{e0041}' });
  assert.match(text, /^[\u0020-\u007e]*$/);
  assert.deepEqual(JSON.parse(text), { at: '0x7f00', name: 'a\u009b31m\u202eb\u{e0041}' });
});

test('the sudo line can be pasted, whatever is in it', () => {
  assert.equal(
    sudoLine(['ps', '--json'], '/usr/bin/node', '/opt/u/uffdscope.js'),
    'sudo /usr/bin/node /opt/u/uffdscope.js ps --json',
  );
  assert.equal(shellWord("it's; rm"), `'it'\\''s; rm'`);
  assert.equal(shellWord(''), "''");
});

test('tables on a terminal: the widest columns break at blanks, numbers and words stay whole', () => {
  const columns = [{ title: 'N', align: 'right' }, { title: 'NAME' }, { title: 'WHAT' }] as const;
  const rows = [
    ['1234567', 'one two three', 'alpha beta gamma delta'],
    { across: '  waits: a thread that nobody answers' },
  ];
  const lines = textTable(columns, rows, { width: 30 }).trimEnd().split('\n');
  assert.ok(
    lines.every((line) => line.length <= 30),
    lines.join('\n'),
  );
  assert.deepEqual(lines.slice(-2), ['  waits: a thread that', '    nobody answers']);
  const words = lines.join(' ').split(/ +/);
  for (const word of ['1234567', 'three', 'gamma', 'delta']) assert.ok(words.includes(word), word);
  assert.equal(
    textTable(columns, rows, { width: null }).split('\n')[1],
    '1234567  one two three  alpha beta gamma delta',
  );
});

test('tables: as wide as they must be, in cells of the terminal', () => {
  const table = textTable(
    [{ title: 'N', align: 'right' }, { title: 'NAME' }, { title: 'X' }],
    [['7', '日本', 'a'], { across: 'a line of its own that is long' }, ['123', 'b', '']],
  );
  assert.equal(table, '  N  NAME  X\n  7  日本  a\na line of its own that is long\n123  b\n');
  assert.equal(wrap('aa bb cc dd', 5, '  '), 'aa\n  bb\n  cc\n  dd');
  assert.equal(wrap('aa bb cc', 8), 'aa bb cc');
});
