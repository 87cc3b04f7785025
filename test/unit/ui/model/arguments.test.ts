/** What is typed after a command, and how well letters find one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCommand } from '../../../../ui/app/command-line.js';
import { fuzzyScore } from '../../../../ui/commands/fuzzy.js';
import { COMMANDS } from '../../../../ui/commands/registry.js';
import { parseAddress, parseByte, parseDuration, parseFilePlace, parseNumber } from '../../../../ui/model/arguments.js';
import { RateMeter } from '../../../../ui/model/rate.js';

const value = (parsed: { ok: boolean; value?: unknown }): unknown => (parsed.ok ? parsed.value : null);

test('times, in ms', () => {
  assert.equal(value(parseDuration('50ms')), 50);
  assert.equal(value(parseDuration('1.5s')), 1500);
  assert.equal(value(parseDuration(' 2m ')), 120_000);
  assert.equal(value(parseDuration('20us')), 0.02);
  assert.equal(value(parseDuration('7')), 7);
  for (const wrong of ['', 'soon', '-1ms', '1h', '99999999s']) assert.equal(value(parseDuration(wrong)), null, wrong);
});

test('numbers, bytes, addresses', () => {
  assert.equal(value(parseNumber('0x1000')), 4096);
  assert.equal(value(parseNumber('64k')), 65536);
  assert.equal(value(parseNumber('four')), null);
  assert.equal(value(parseByte('ff')), 255);
  assert.equal(value(parseByte('0xA')), 10);
  assert.equal(value(parseByte('100')), null);
  assert.equal(value(parseAddress('0x7f31a2c04000')), 0x7f31a2c04000n);
  assert.equal(value(parseAddress('7f31')), null);
});

test('a file, with or without an offset; an @ in its name is no offset', () => {
  assert.deepEqual(value(parseFilePlace('heap.img')), { path: 'heap.img', offset: 0 });
  assert.deepEqual(value(parseFilePlace('heap.img@0x1000')), { path: 'heap.img', offset: 4096 });
  assert.deepEqual(value(parseFilePlace('me@home/heap.img')), { path: 'me@home/heap.img', offset: 0 });
  assert.equal(value(parseFilePlace(' ')), null);
});

test('a command by its name, or by the end of it where that is enough', () => {
  assert.equal(findCommand(COMMANDS, 'fault.zero')?.name, 'fault.zero');
  assert.equal(findCommand(COMMANDS, 'zero')?.name, 'fault.zero');
  assert.equal(findCommand(COMMANDS, 'next'), null, 'several end so');
  assert.equal(findCommand(COMMANDS, 'nonsense'), null);
});

test('a few letters find what was meant first, and nothing that only happens to hold them', () => {
  const found = (typed: string): string[] =>
    COMMANDS.map((command) => ({ name: command.name, score: fuzzyScore(typed, command) }))
      .filter((one): one is { name: string; score: number } => one.score !== null)
      .toSorted((a, b) => b.score - a.score)
      .map(({ name }) => name);
  assert.equal(found('zer')[0], 'fault.zero');
  assert.equal(found('sort')[0], 'view.sort');
  assert.equal(found('quit')[0], 'quit');
  assert.equal(found('fz')[0], 'fault.zero', 'initials');
  assert.equal(found('next pane')[0], 'pane.next', 'words in any order');
  assert.ok(found('poison').includes('fault.harm'), 'a word of the help');
  assert.ok(found('theme').length <= 3, found('theme').join(' '));
  assert.deepEqual(found('xyz'), []);
  assert.deepEqual(found('aeo'), [], 'letters strewn about are no match');
  assert.equal(found('').length, COMMANDS.length);
});

test('a rate over the last second, and one value a second', () => {
  const rate = new RateMeter();
  for (let t = 0; t <= 3000; t += 250) rate.sample(t * 1e6, t / 10);
  assert.ok(Math.abs(rate.perSecond - 100) < 1, String(rate.perSecond));
  assert.deepEqual([...rate.history], [100, 100, 100]);
});
