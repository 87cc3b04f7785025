/** `~`: the safe part of regular expressions. Held to what RegExp says, and to linear time. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compileHold, compileView } from '../../../native/session/filter/index.js';
import { compileMatcher } from '../../../native/session/filter/pattern-match.js';
import { compilePattern } from '../../../native/session/filter/pattern-program.js';
import { parsePattern } from '../../../native/session/filter/pattern-syntax.js';
import { somePattern } from './filters.js';
import { row } from './rows.js';

function matcher(source: string): (text: string) => boolean {
  const place = { text: source, quoted: false, at: 0, length: source.length };
  return compileMatcher(compilePattern(parsePattern(source, place), place));
}

describe('a pattern', () => {
  it('matches what the same RegExp matches', () => {
    const letters = fc.constantFrom(...'abhHeEpZz019_-:.[] \t');
    const names = fc.array(fc.string({ unit: letters, maxLength: 10 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(somePattern, names, (source, texts) => {
        const ours = matcher(source);
        const theirs = new RegExp(source, 'is');
        for (const text of texts) assert.equal(ours(text), theirs.test(text), `/${source}/ on ${JSON.stringify(text)}`);
      }),
      { numRuns: 5000 },
    );
  });

  it('takes a character outside the BMP as one, and folds ASCII letters only', () => {
    assert.equal(matcher('^.$')('𝕏'), true);
    assert.equal(matcher('é')('É'), false);
    assert.equal(matcher('k')('\u212a'), false);
    assert.equal(matcher('HEAP')('heap'), true);
  });

  it('does not blow up where a backtracking matcher would', () => {
    const text = 'a'.repeat(4000);
    for (const source of ['^(a+)+$', '(a|a)*b', '(a*)*b', '(.*)*(.*)*x$']) {
      const start = performance.now();
      matcher(source)(`${text}!`);
      assert.ok(performance.now() - start < 1000, source);
    }
  });

  const refused: readonly (readonly [string, string])[] = [
    ['"(a)\\1"', 'a pattern cannot refer back to a group'],
    ['"a(?=b)"', 'lookaround is not possible here'],
    ['"(?<!b)a"', 'lookaround is not possible here'],
    ['"(?<name>a)"', 'groups have no names here; write ( )'],
    ['"(?i)a"', 'there are no flags here; case never matters'],
    ['\\pL', 'character properties are not known here'],
    ['\\q', '\\q has no meaning here'],
    ['*a', 'there is nothing to repeat before *; write \\* for the character'],
    ['^*', 'there is nothing to repeat'],
    ['a**', 'put the part to repeat again in ( )'],
    ['[z-a]', 'this range of characters is not in order'],
    ['[', 'this [ is never closed; write \\[ for the character'],
    ['[a-', 'this [ is never closed; write \\[ for the character'],
    ['a]', 'this ] closes nothing; write \\] for the character'],
    ['"a)"', 'this ) closes nothing; write \\) for the character'],
    ['"(a"', 'this ( is never closed; write \\( for the character'],
    ['"a{3,1}"', 'these bounds are in the wrong order'],
    ['"a{256}"', 'at most 255 repeats'],
    ['"(a{100}){100}"', 'this pattern is too large once its repeats are written out'],
    ['"((((){255}){255}){255}){255}"', 'this pattern is too large once its repeats are written out'],
    ['a\\', 'a pattern cannot end in a single \\; write \\\\ for the character'],
  ];
  for (const [written, message] of refused) {
    it(`is refused: ${written}`, () => {
      for (const compile of [compileView, compileHold]) {
        const result = compile(`comm~${written}`);
        assert.ok(!result.ok);
        assert.equal(result.error.message, message);
      }
    });
  }

  it('points at the place inside a bare pattern', () => {
    const result = compileView('comm~ab[z-a]');
    assert.ok(!result.ok);
    assert.equal(result.error.column, 9);
  });

  it('may match anywhere, and the empty one matches all', () => {
    for (const source of ['orke', '^w', '2$', '\\bworker\\b', '""']) {
      const result = compileView(`comm~${source}`);
      assert.ok(result.ok);
      assert.equal(result.test(row({ comm: 'worker-2' })), true, source);
    }
  });
});
