/** The rule language: what is read, how it is printed again, and what is refused with a place and a reason. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { FIELDS } from '../../../native/session/filter/fields.js';
import { FLAGS } from '../../../native/session/filter/words.js';
import { formatRule, parseRule, RULE_WORDS, RuleBook, type Rule } from '../../../native/session/rules/index.js';

function rule(text: string): Rule {
  const parsed = parseRule(text);
  assert.ok(parsed.ok, parsed.ok ? '' : `${text}: ${parsed.error.message}`);
  return parsed.rule;
}

function refused(text: string): { readonly message: string; readonly at: string; readonly suggestion: string | null } {
  const parsed = parseRule(text);
  assert.ok(!parsed.ok, `${text} was understood`);
  const { message, column, length, suggestion } = parsed.error;
  return { message, at: text.slice(column - 1, column - 1 + length), suggestion };
}

describe('a rule', () => {
  it('is a filter, then what is done, in any order and spacing', () => {
    const written = 'range=heap access=write : delay=5ms~2ms:corrupt=flip:1 :when=100+50';
    const { terminal, modifiers, filterText } = rule(written);
    assert.equal(terminal, null);
    assert.equal(filterText, 'range=heap access=write');
    assert.deepEqual(modifiers, {
      delay: { type: 'fixed', base: 5e6, jitter: 2e6 },
      corrupt: [{ type: 'flip', bits: 1 }],
      when: { first: 100, last: Infinity, step: 50 },
    });
  });

  it('copies from a file whose name has spaces, from an offset in it, inside the quotes or behind them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rule-source-'));
    after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'a b:zero.img');
    writeFileSync(path, '');
    const source = (text: string): unknown => {
      const { terminal } = rule(text);
      assert.deepEqual(rule(formatRule(rule(text))).terminal, terminal);
      return terminal?.action === 'copy' ? terminal.source : null;
    };
    assert.deepEqual(source(`copy="${path}"`), { type: 'file', path, offset: 0 });
    assert.deepEqual(source(`copy="${path}@4k"`), { type: 'file', path, offset: 4096 });
    assert.deepEqual(source(`copy="${path}"@4k : when=3`), { type: 'file', path, offset: 4096 });
  });

  it('takes every fault where the filter is left out', () => {
    assert.deepEqual(rule('zero').filter, { type: 'all' });
  });

  it('keeps a colon that no action follows in the filter, and one in quotes', () => {
    assert.equal(rule('range=shm:cache: poison').filterText, 'range=shm:cache');
    assert.equal(rule('comm="a:zero": hold').filterText, 'comm="a:zero"');
    assert.equal(rule('range="shm:zero": wake').filterText, 'range="shm:zero"');
  });

  it('draws delays from five laws', () => {
    const law = (text: string): unknown => rule(`delay=${text}`).modifiers.delay;
    assert.deepEqual(law('50us'), { type: 'fixed', base: 50e3, jitter: 0 });
    assert.deepEqual(law('normal(5ms,1ms)'), { type: 'normal', mean: 5e6, deviation: 1e6 });
    assert.deepEqual(law('exp(5ms)'), { type: 'exp', mean: 5e6 });
    assert.deepEqual(law('uniform(1ms, 9ms)'), { type: 'uniform', least: 1e6, most: 9e6 });
    assert.deepEqual(law('pareto(1ms,1.5)'), { type: 'pareto', least: 1e6, shape: 1.5 });
  });

  it('counts matches: one, a span, for ever, every so many', () => {
    const when = (text: string): unknown => rule(`zero:when=${text}`).modifiers.when;
    assert.deepEqual(when('3'), { first: 3, last: 3, step: 1 });
    assert.deepEqual(when('3..10'), { first: 3, last: 10, step: 1 });
    assert.deepEqual(when('5+'), { first: 5, last: Infinity, step: 1 });
    assert.deepEqual(when('3..9+2'), { first: 3, last: 9, step: 2 });
  });

  it('is printed so that it reads back as the same', () => {
    for (const text of [
      'zero',
      'range=heap: delay=5ms~2ms:corrupt=flip:1:when=100+50',
      'kind=missing | hits>=3: copy=zero:short=100:nowake=1ms:duplicate:prob=0.25:per=thread:limit=3:name=a-1',
      'delay=pareto(1ms,1.5):corrupt=xor:0f:corrupt=off:0x10=dead:reorder=4',
      'off<4k: spurious:poison:when=2..8+3',
      'script=slow-disk',
    ]) {
      const canonical = formatRule(rule(text));
      assert.deepEqual(rule(canonical).modifiers, rule(text).modifiers, canonical);
      assert.deepEqual(rule(canonical).terminal, rule(text).terminal, canonical);
      assert.equal(formatRule(rule(canonical)), canonical);
    }
  });

  it('has words that no field and no flag of a filter has', () => {
    const faults = FIELDS.filter((f) => f.context === 'faults');
    const taken = new Set([...faults.flatMap((f) => [f.name, ...f.aliases]), ...FLAGS.map((f) => f.name)]);
    for (const { name } of RULE_WORDS) assert.ok(!taken.has(name), `${name} is both`);
  });
});

describe('refused, with the place', () => {
  const table: readonly (readonly [string, RegExp, string])[] = [
    ['foo: dellay=5ms', /no action "dellay"; did you mean delay/, 'dellay'],
    ['range=heap', /does nothing/, ''],
    ['', /does nothing/, ''],
    ['zero: poison', /one action; zero and poison are two/, 'poison'],
    ['delay=5', /needs a unit/, '5'],
    ['delay=5ms~9ms', /jitter is larger/, '5ms~9ms'],
    ['delay=uniform(9ms,1ms)', /empty/, 'uniform(9ms,1ms)'],
    ['delay=exp(1ms,2ms)', /one time/, 'exp(1ms,2ms)'],
    ['prob=1.5: zero', /no probability/, '1.5'],
    ['prob=0: zero', /never happens/, 'prob=0'],
    ['zero:when=0', /counted from 1/, '0'],
    ['zero:when=3..1', /empty/, '3..1'],
    ['zero:per=page', /neither is here/, 'per=page'],
    ['prob=0.5', /does nothing/, 'prob=0.5'],
    ['corrupt=burn', /no damage/, 'burn'],
    ['corrupt=off:4=xyz', /offset and the bytes/, 'off:4=xyz'],
    ['kind=wp: copy=zero', /only missing faults/, 'copy=zero'],
    ['kind=missing: continue', /only minor faults/, 'continue'],
    ['kind=wp: poison', /has its page already/, 'poison'],
    ['kind=minor: corrupt=flip:1', /nothing to damage/, 'corrupt=flip:1'],
    ['hold:corrupt=flip:1', /gives no bytes/, 'corrupt=flip:1'],
    ['corrupt=flip:32769', /at most 32768/, '32769'],
    ['hold:delay=1ms', /cannot be delayed/, 'hold'],
    ['poison:nowake', /nothing to keep asleep/, 'nowake'],
    ['delay=1ms:delay=2ms', /said twice/, 'delay=2ms'],
    ['zero:limit=0', /no count/, '0'],
    ['reorder=1', /no count from 2/, '1'],
    ['lat>1ms: zero', /cannot be used in a hold or rule/, 'lat'],
    ['off>4k prob=0.5: zero', /prob says what is done; it stands behind a colon/, 'prob=0.5'],
    ['rang=heap: zero', /did you mean range/, 'rang'],
    ['copy=/no/such/file', /cannot be read/, '/no/such/file'],
    ['zero:name=9', /no name/, '9'],
  ];
  for (const [text, message, at] of table) {
    it(text === '' ? 'nothing at all' : text, () => {
      const error = refused(text);
      assert.match(error.message, message);
      assert.equal(error.at, at);
    });
  }
});

describe('a list of rules', () => {
  const odd = (texts: readonly string[], fallback: 'pass' | 'zero'): string[] => {
    const book = new RuleBook(1, { setRules: () => undefined, ruleCounts: () => ({ matched: 0, acted: 0 }) });
    book.addAll(texts);
    return book.warnings(fallback);
  };

  it('names a rule that has no bytes to damage', () => {
    assert.match(
      odd(['rw=r: corrupt=flip:1'], 'pass')[0]!,
      /^Rule 1: it has no bytes to change: the default is to pass/,
    );
    assert.deepEqual(odd(['rw=r: corrupt=flip:1'], 'zero'), []);
    assert.deepEqual(odd(['rw=r: corrupt=flip:1', 'copy=zero'], 'pass'), []);
  });
});
