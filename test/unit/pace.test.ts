import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restAfter } from '../../bin/output/pace.js';

test('lines that cost little are looked at fifty times a second', () => {
  assert.equal(restAfter(0, 0), 20);
  assert.equal(restAfter(4, 0.05), 20);
});

test('in a burst they rest four times as long as they worked, a quarter of a second at most', () => {
  assert.equal(restAfter(30, 0.01), 120);
  assert.equal(restAfter(200, 0.1), 250);
});

test('before the log overwrites what was not read they come first', () => {
  assert.equal(restAfter(200, 0.13), 20);
});
