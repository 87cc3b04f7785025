/** What is said stays until it was seen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Toasts, type Message } from '../../../../ui/model/toasts.js';

const message = (text: string): Message => ({ text, kind: 'info', forMs: 6000 });

test('its time runs from when it was painted, however late that was', () => {
  const toasts = new Toasts();
  toasts.say(message('one'));
  assert.equal(toasts.tick(60_000), false, 'it has not been seen yet');
  toasts.painted(60_000);
  assert.equal(toasts.tick(65_999), false);
  assert.equal(toasts.now?.text, 'one');
  assert.equal(toasts.tick(66_000), true);
  assert.equal(toasts.now, null);
});

test('one that was seen gives way at once, one that was not is followed by the next', () => {
  const toasts = new Toasts();
  toasts.say(message('one'));
  toasts.say(message('two'));
  assert.equal(toasts.now?.text, 'one');
  toasts.painted(100);
  assert.equal(toasts.tick(200), false, 'it stands for a moment');
  assert.equal(toasts.tick(800), true);
  assert.equal(toasts.now?.text, 'two');
  toasts.painted(800);
  toasts.say(message('three'));
  assert.equal(toasts.now?.text, 'three');
});
