/** The clock of a recording, without one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Playback } from '../../../../native/session/types.js';
import { parseMoment } from '../../../../ui/model/moment.js';
import { Player, SPEEDS, speedWord } from '../../../../ui/model/player.js';
import { PlaybackRate } from '../../../../ui/model/playback-rate.js';
import { momentAt, timeBar } from '../../../../ui/rows/time-bar.js';
import { Paint } from '../../../../ui/screen/paint.js';

const S = 1e9;

/** From 10 s to 20 s; a fault each tenth of a second. */
function playback(): Playback & { at: number } {
  const one = {
    path: 'x', from: 10 * S, to: 20 * S, at: 10 * S,
    seek: (t: number) => void (one.at = Math.max(one.from, Math.min(one.to, t))),
    next: () => null,
    momentsOf: () => null,
    faultsBy: (t: number) => Math.max(0, Math.floor((Math.min(t, 20 * S) - 10 * S) / (S / 10)) + 1),
  }; // prettier-ignore
  return one;
}

test('time goes on by the wall times the speed, and stops at the end', () => {
  const time = playback();
  const player = new Player(time);
  assert.equal(player.advance(1), false, 'it stands at first');
  player.toggle();
  const begun = performance.now();
  player.advance(begun);
  const from = time.at;
  player.advance(begun + 100);
  assert.ok(Math.abs(time.at - from - 0.1 * S) < 1e6);
  player.advance(begun + 60_000);
  assert.ok(time.at < 11 * S, 'after a stop it goes on where it was');
  for (let i = 0; i < SPEEDS.length; i++) player.changeSpeed(1);
  assert.equal(player.speed, 100);
  player.advance(begun + 60_200);
  assert.deepEqual([time.at, player.playing], [20 * S, false]);
  player.toggle();
  assert.deepEqual([time.at, player.playing], [10 * S, true], 'and anew from the start');
});

test('speeds have words', () => {
  assert.deepEqual(SPEEDS.map(speedWord).join(' '), '1/10000x 1/1000x 1/100x 1/10x 1/2x 1x 2x 5x 10x 100x');
});

test('moments as they are typed', () => {
  const at = { from: 10 * S, to: 20 * S, at: 15 * S };
  const of = (text: string) => {
    const parsed = parseMoment(text, at);
    return parsed.ok ? parsed.value / S : parsed.message;
  };
  assert.deepEqual(
    ['12.5s', '12.5', '+1500ms', '-2s', '50%', '+10%', 'start', ' end '].map(of),
    [12.5, 12.5, 16.5, 13, 15, 16, 10, 20],
  );
  assert.equal(of('+20us'), 15.00002);
  assert.match(String(of('9s')), /runs from 10\.000s to 20\.000s/);
  for (const odd of ['', 's', '1 2', '--1s', '1h', 'NaN', '1e9']) assert.match(String(of(odd)), /a time such as/);
});

test('the rate around a moment is looked up, whichever way one came', () => {
  const time = playback();
  const rate = new PlaybackRate(time);
  time.seek(15 * S);
  assert.equal(Math.round(rate.perSecond), 10);
  assert.equal(rate.history.length, 5);
  time.seek(20 * S);
  assert.deepEqual(
    rate.history.slice(1),
    Array.from({ length: 9 }, () => 10),
  );
  time.seek(12 * S);
  assert.equal(rate.history.length, 2);
});

test('the row of time fits, and each cell of its bar is the moment that a click there means', () => {
  for (const width of [60, 80, 120, 200]) {
    const player = new Player(playback());
    for (const paint of [new Paint('mono', true), new Paint('mono', false)]) {
      const { row, bar } = timeBar(player, width, paint);
      const text = row.replaceAll(/\x1b\[[\d;]*m/g, '');
      assert.equal(text.length, width);
      assert.ok(bar && text[bar.left - 1] === '[' && text[bar.left + bar.width] === ']', text);
      for (const cell of [0, 3, bar.width - 1]) {
        player.seek(momentAt(player.playback, cell, bar.width));
        const drawn = timeBar(player, width, paint).row.replaceAll(/\x1b\[[\d;]*m/g, '');
        assert.equal(drawn[bar.left + cell], paint.glyphs.vertical);
      }
    }
  }
});
