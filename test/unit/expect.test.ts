/** Expectations: what is read, what is refused at which place, and durations as the engine rounds them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXPECT_EXAMPLES } from '../../docs/generate/expect.js';
import { Latencies } from '../../native/session/expect/latencies.js';
import { holdTo, MEASURES, parseExpectation, readExpectation, UffdscopeError } from '../../native/session/index.js';

function measured(text: string): readonly [string, string, number, boolean] {
  const expectation = readExpectation(text);
  assert.equal(expectation.type, 'measured');
  const { measure, op, limit, test } = expectation;
  return [measure.name, op, limit, test !== null];
}

describe('an expectation', () => {
  it('compares a measure with a value in its unit', () => {
    assert.deepEqual(measured('count>=100'), ['count', '>=', 100, false]);
    assert.deepEqual(measured(' COUNT = 2k '), ['count', '=', 2000, false]);
    assert.deepEqual(measured('p99<5ms'), ['p99', '<', 5e6, false]);
    assert.deepEqual(measured('p99.9 <= 1.5s'), ['p99.9', '<=', 1.5e9, false]);
    assert.deepEqual(measured('rate>1k/s'), ['rate', '>', 1000, false]);
    assert.deepEqual(measured('failed!=3'), ['failed', '!=', 3, false]);
  });

  it('may be about what a filter takes, whatever colons that has', () => {
    assert.deepEqual(measured('range=shm:cache: max<1s'), ['max', '<', 1e9, true]);
    assert.deepEqual(measured('comm="a: count=3":count=0'), ['count', '=', 0, true]);
    assert.deepEqual(measured('state=failed: count=0'), ['count', '=', 0, true]);
    assert.deepEqual(measured(': count=0'), ['count', '=', 0, false]);
  });

  it('or says what must never be', () => {
    for (const text of ['no held age>1s', 'NO errno=EAGAIN', 'no (range=heap | lat>1ms)', 'no state=held'])
      assert.equal(readExpectation(text).type, 'never');
  });

  it('stands in the reference only where it can be read', () => {
    for (const [text] of EXPECT_EXAMPLES) assert.ok(parseExpectation(text).ok, text);
    for (const { example } of MEASURES) assert.ok(parseExpectation(example).ok, example);
  });
});

describe('refused, with the place', () => {
  const table: readonly (readonly [string, RegExp, string])[] = [
    ['', /here a measure is compared/, ''],
    ['range=heap', /a filter alone says nothing to hold/, 'r'],
    ['held age>1s', /a filter alone/, 'h'],
    ['p98<5ms', /no measure "p98"; did you mean p90/, 'p98'],
    ['cuont>3', /did you mean count/, 'cuont'],
    ['p99<5', /needs a unit/, '5'],
    ['p99<', /compared with a value, as in/, ''],
    ['count>1..5', /is several/, '1..5'],
    ['count>=5ms', /no unit of it/, '5ms'],
    ['rang=heap: count>3', /no field "rang"; did you mean range/, 'rang'],
    ['range=heap: (count>3', /here a measure is compared/, '('],
    ['held: count=0', /held cannot be used here: .*no held age>1s/, 'held'],
    ['range=heap not @waiting: p99<1ms', /@waiting cannot be used here/, '@waiting'],
    ['state in {failed,held}: count=0', /state=held cannot be used here/, 'held'],
    ['state!=delay: count>=1', /state=delayed cannot be used here/, 'delay'],
    ['no rang=heap', /no field "rang"/, 'rang'],
    ['no ', /say what must not be/, ''],
    ['p99=<5ms', /5ms/, '<5ms'],
    ['x'.repeat(5000), /at most 4096/, 'x'],
  ];
  for (const [text, message, at] of table) {
    it(text === '' ? 'nothing' : text.slice(0, 40), () => {
      const parsed = parseExpectation(text);
      assert.ok(!parsed.ok, `${text} was understood`);
      assert.match(parsed.error.message, message);
      const { column, length } = parsed.error;
      assert.equal(text.slice(column - 1, column - 1 + length), at);
    });
  }

  it('as the one error class, with a caret', () => {
    assert.throws(
      () => readExpectation('range=heap: p9<1ms'),
      (error: UffdscopeError) => error.code === 'EXPECT' && error.exit === 2 && /\n {14}\^/.test(error.message),
    );
  });
});

describe('verdicts', () => {
  it('that all hold say nothing; one that fails is named with what was seen', () => {
    const ok = { from: 'expect', text: 'count>1', ok: true, seen: 'count was 2', value: 2 } as const;
    holdTo([ok]);
    assert.throws(
      () => holdTo([ok, { ...ok, ok: false, text: 'p99<5ms', seen: 'p99 was 7 ms' }]),
      (error: UffdscopeError) => error.exit === 4 && error.message === 'Expected p99<5ms, but p99 was 7 ms.',
    );
  });
});

describe('durations', () => {
  it('have quantiles at most 1.6 % too large, never too small', () => {
    const latencies = new Latencies();
    const all: number[] = [];
    let x = 1;
    for (let i = 0; i < 20_000; i++) {
      x = (x * 48_271) % 2_147_483_647;
      const ns = Math.floor(10 ** (x / 2_147_483_647 / 0.11));
      all.push(ns);
      latencies.record(ns);
    }
    all.sort((a, b) => a - b);
    for (const q of [0, 0.5, 0.9, 0.99, 0.999, 1]) {
      const exact = all[Math.max(1, Math.ceil(q * all.length)) - 1]!;
      const told = latencies.quantile(q);
      assert.ok(told >= exact && told <= exact * 1.016, `${q}: ${told} for ${exact}`);
    }
    assert.equal(latencies.max, all.at(-1));
    assert.ok(Math.abs(latencies.mean / (all.reduce((a, b) => a + b) / all.length) - 1) < 1e-9);
  });

  it('at every power of two and beside it', () => {
    for (let bits = 0; bits < 50; bits++) {
      for (const ns of [2 ** bits - 1, 2 ** bits, 2 ** bits + 1]) {
        const one = new Latencies();
        one.record(ns);
        one.record(2 ** 52);
        const told = one.quantile(0.5);
        assert.ok(told >= ns && told <= ns * 1.016, `${told} for ${ns}`);
      }
    }
  });
});
