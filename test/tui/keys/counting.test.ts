/** The other tabs of Faults: threads, numbers, the rate. */
import { test } from 'node:test';
import { on, Terminal } from '../harness.js';

test('Stats plots latencies by kind and action; Graph and Threads have something to show', async () => {
  await on(Terminal.dev(['--held', '2']), async (t) => {
    await t.ready();
    await t.press(']');
    await t.until('threads, and what they wait for', /TID +NAME +FAULTS[^]*#\d+ held heap/);
    await t.press(']');
    await t.until('quantiles', /missing zero +20 +41µs +80µs +212µs +900µs +4\.2ms/);
    await t.until('on one axis', /\|1\.0µs +\|10µs +\|100µs +\|1\.0ms/);
    await t.until('drawn', /missing zero +█+/);
    await t.until('the rate', /faults +32, 182 a second since attach/);
    await t.press(']');
    await t.until('the rate over time', /faults a second, one column a second/);
  });
});

test('Stats fit into 80x24 and into ASCII', async () => {
  await on(Terminal.dev(['--ascii'], { columns: 80, rows: 24 }), async (t) => {
    await t.ready();
    await t.press(']', ']');
    await t.until('numbers', /wp unprotect +20 +9\.0us/);
    await t.press('+');
    await t.until('zoomed: the axis', /\|1\.0us +\|10us/);
    await t.until('there is more', /since attach, \d+ rows? below/);
    await t.press('G');
    await t.until('the last row', () => /busiest thread +\d+/.test(t.text) && !/ below/.test(t.text));
    await t.press('g');
    await t.until('the first', /faults +\d+, /);
  });
});
