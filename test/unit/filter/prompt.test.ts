/** What the prompt needs: canonical text, narrowing by a cell, completion, and the reference as data. */
import assert from 'node:assert/strict';
import { describe as suite, it } from 'node:test';
import fc from 'fast-check';
import {
  completions,
  compileView,
  describe,
  formatFilter,
  narrowFilter,
  parseFilter,
  type CompletionOptions,
} from '../../../native/session/filter/index.js';
import { someFilter } from './filters.js';
import { row } from './rows.js';

function ast(text: string): unknown {
  const result = parseFilter(text);
  assert.ok(result.ok, `${text}: ${JSON.stringify(result)}`);
  return result.ast;
}

suite('canonical text', () => {
  it('reads back as the same filter, and is its own canonical text', () => {
    fc.assert(
      fc.property(someFilter, (filter) => {
        const text = formatFilter(filter);
        const result = parseFilter(text);
        assert.ok(result.ok, `${text}: ${JSON.stringify(result)}`);
        assert.deepEqual(result.ast, filter, text);
        assert.equal(formatFilter(result.ast), text);
      }),
      { numRuns: 3000 },
    );
  });

  it('is what a person would write', () => {
    const written: readonly (readonly [string, string])[] = [
      ['kind = miss and rw = w', 'kind=missing access=write'],
      ['addr in 0x1000+2M', 'addr=0x1000-0x201000'],
      ['off<0x1000 & age>=1000ms', 'off<4k age>=1s'],
      ['tid in {5}', 'tid=5'],
      ['not (a or b)', '!(a | b)'],
      ['errno=17', 'errno=EEXIST'],
      ['"held"', '"held"'],
      ['comm="two words"', 'comm="two words"'],
      ['comm="x"', 'comm=x'],
      ['comm="\\x1b[m"', 'comm="\\u{1b}[m"'],
    ];
    for (const [text, canonical] of written) {
      const result = parseFilter(text);
      assert.ok(result.ok, text);
      assert.equal(formatFilter(result.ast), canonical);
    }
  });
});

suite('filter from a cell', () => {
  const cell = { field: 'range', value: 'shm:my cache' };
  function narrowed(current: string, how: 'only' | 'not' = 'only', from = cell): string {
    const result = narrowFilter(current, from, how);
    assert.ok(result.ok, JSON.stringify(result));
    return result.text;
  }

  it('adds the cell, quoted where it must be, and keeps what was there whole', () => {
    assert.equal(narrowed(''), 'range="shm:my cache"');
    assert.equal(narrowed('rw=w'), 'access=write range="shm:my cache"');
    assert.equal(narrowed('rw=w | held'), '(access=write | held) range="shm:my cache"');
    assert.equal(narrowed('held', 'not'), 'held !range="shm:my cache"');
  });

  it('changes nothing when asked twice, and turns round when asked the opposite', () => {
    assert.equal(narrowed(narrowed('held')), 'held range="shm:my cache"');
    assert.equal(narrowed(narrowed('held'), 'not'), 'held !range="shm:my cache"');
    assert.equal(narrowed(narrowed('', 'not')), 'range="shm:my cache"');
  });

  it('takes exactly the rows with that cell, whatever a target calls its threads', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 15 }), (comm) => {
        const result = compileView(narrowed('', 'only', { field: 'comm', value: comm }));
        assert.ok(result.ok);
        assert.equal(result.test(row({ comm })), true);
        assert.equal(result.test(row({ comm: `${comm}x` })), false);
      }),
    );
  });

  it('says what is wrong with a filter it cannot keep', () => {
    const result = narrowFilter('(held', cell, 'only');
    assert.ok(!result.ok);
    assert.equal(result.error.message, 'this parenthesis is never closed');
  });
});

function offered(text: string, options: CompletionOptions = {}): string[] {
  const { from, to, items } = completions(text, text.length, options);
  return items.map((item) => text.slice(0, from) + item.text + text.slice(to));
}

suite('completion', () => {
  it('offers fields, flags and selectors where a test begins', () => {
    assert.deepEqual(offered('ki'), ['kind']);
    assert.deepEqual(offered('!(h'), ['!(hits', '!(held']);
    assert.deepEqual(offered('rw=w @w'), ['rw=w @waiting']);
    assert.ok(offered('').includes('held'));
  });

  it('offers operators after a field, and values after an operator', () => {
    assert.deepEqual(offered('kind'), ['kind=', 'kind!=']);
    assert.deepEqual(offered('kind=m'), ['kind=missing', 'kind=minor']);
    assert.deepEqual(offered('kind in {wp,'), ['kind in {wp,missing', 'kind in {wp,wp', 'kind in {wp,minor']);
    assert.deepEqual(offered('range=c', { known: { range: ['heap', 'cache', 'c d'] } }), [
      'range=cache',
      'range="c d"',
    ]);
  });

  it('leaves out what a hold cannot use', () => {
    assert.deepEqual(
      offered('a', { later: false }),
      ['access', 'addr', 'and', '@all'].filter((w) => w.startsWith('a')),
    );
    assert.ok(offered('a').includes('age'));
  });

  it('knows the context, and survives anything half-written', () => {
    assert.deepEqual(offered('ev=re', { context: 'events' }), ['ev=remap', 'ev=remove', 'ev=register']);
    assert.deepEqual(offered('anon si', { context: 'mappings' }), ['anon size']);
    fc.assert(fc.property(fc.string(), fc.nat(20), (text, at) => void completions(text, Math.min(at, text.length))));
  });

  it('gives text that parses', () => {
    for (const field of ['kind=', 'state=', 'ev=']) {
      const context = field === 'ev=' ? 'events' : 'faults';
      for (const text of offered(field, { context })) assert.ok(parseFilter(text, context).ok, text);
    }
  });
});

suite('the description', () => {
  it('has examples that are filters of their fields', () => {
    const { fields, examples } = describe();
    for (const field of fields) assert.ok(parseFilter(field.example, field.context).ok, field.example);
    for (const { filter } of examples) ast(filter);
  });

  it('never gives two things one name', () => {
    const { fields, flags, keywords } = describe();
    for (const context of ['faults', 'events', 'mappings'] as const) {
      const names = fields.flatMap((f) => (f.context === context ? [f.name].concat(f.aliases) : []));
      const words = flags.filter((f) => f.context === context && f.name !== 'file').map((f) => f.name);
      const all = [...names, ...words, ...keywords];
      assert.equal(new Set(all).size, all.length, context);
    }
  });
});
