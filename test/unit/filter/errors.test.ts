/** A mistake is shown at its place, with what was probably meant. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compileHold, compileView, renderFilterError, toUffdscopeError } from '../../../native/session/filter/index.js';

function shown(
  text: string,
  compile: (text: string) => ReturnType<typeof compileView | typeof compileHold> = compileView,
): string {
  const result = compile(text);
  assert.ok(!result.ok, `${text} was accepted`);
  return renderFilterError(text, result.error);
}

function lines(...of: string[]): string {
  return of.join('\n');
}

describe('a mistake in a filter', () => {
  it('is pointed at, with the field meant', () => {
    assert.equal(
      shown('held knd=missing'),
      lines('no field "knd"; did you mean kind?', '  held knd=missing', '       ^~~'),
    );
    assert.equal(
      shown('kind=mising'),
      lines('"mising" is no kind; did you mean missing?', '  kind=mising', '       ^~~~~~'),
    );
  });

  it('carries column, length and what to write instead', () => {
    const result = compileView('age>5 held');
    assert.ok(!result.ok);
    const { message, ...place } = result.error;
    assert.equal(message, '"5" is not a time such as 50us, 5ms or 1s; it needs a unit');
    assert.deepEqual(place, { column: 5, length: 1, suggestion: '5ms' });
  });

  const firstLines: readonly (readonly [string, string, number])[] = [
    ['(held', 'this parenthesis is never closed', 1],
    ['held)', 'this parenthesis was never opened', 5],
    ['()', 'nothing stands in these parentheses', 1],
    ['held |', '"|" needs something on its right', 6],
    ['| held', '"|" has no meaning here', 1],
    ['and held', '"and" needs something on its left', 1],
    ['!', '"!" needs something to negate', 1],
    ['kind=', 'a value is missing after "="', 6],
    ['kind=)', 'a value is missing before ")"', 6],
    ['tid in {1', 'this brace is never closed', 8],
    ['tid in {1 2}', 'values of a set are separated by commas', 11],
    ['tid in {}', 'a value is missing before "}"', 9],
    ['=5', '"=" needs a field on its left', 1],
    ['comm="x', 'this quote is never closed', 6],
    ['comm="\\u{d800}"', 'no such character', 7],
    ['kind==wp', '== is written = here', 5],
    ['held && kind=wp', '&& is written & here', 6],
    ['range!~heap', 'there is no !~; put the ! before the whole test, as in !range~heap', 6],
    ['comm~a(b)', 'put a pattern that contains "(" in quotes, or a space before it', 7],
    ['kind', 'kind needs an operator and a value, as in kind=missing', 1],
    ['kind<wp', 'kind is one of a few words; < does not go with it', 1],
    ['tid~5', 'tid is a number; ~ is for text', 1],
    ['comm>x', 'comm is text; > does not go with it', 1],
    ['tid<{1,2}', '< compares with one number; use = or in for several', 1],
    ['off<1..2', '< compares with one number; use = or in for several', 1],
    ['comm~{a,b}', '~ takes one pattern; write its alternatives as "a|b"', 1],
    ['off=9..3', '"9..3" is empty: it ends before it starts', 5],
    ['addr=0x5+0', '"0x5+0" is empty: it ends before it starts', 6],
    ['off=1.3', '"1.3" is not a size such as 4k, 2M or 0x1000; it must be whole', 5],
    ['off=5x', '"5x" is not a size such as 4k, 2M or 0x1000; "x" is no unit of it', 5],
    ['off=99999999999G', '"99999999999G" is larger than any address or count', 5],
    ['addr=0xfffffffffffffff0', '"0xfffffffffffffff0" is larger than any address or count', 6],
    ['tid=-1', '"-1" is not a whole number such as 3 or 10k', 5],
    ['errno=EEXST', '"EEXST" is not an error such as EEXIST or 17; did you mean EEXIST?', 7],
    ['prot=rq', '"rq" is no protection; write letters of rwxps, or a form such as r-x or rw-p', 6],
    ['ev=fork', 'ev is a field of events, not of faults', 1],
    ['@focs', 'no selector "@focs"; did you mean @focus?', 1],
    [
      'zzzzz=1',
      'no field "zzzzz"; there are kind, access, addr, page, off, range, backing, prot, pid, tid, comm, t, seq, hits, ip, sym, state, action, by, rule, lat, age, errno',
      1,
    ],
  ];
  for (const [text, message, column] of firstLines) {
    it(`is named: ${text}`, () => {
      const result = compileView(text);
      assert.ok(!result.ok);
      assert.deepEqual([result.error.message, result.error.column], [message, column]);
    });
  }

  it('in a hold names what is not known when a fault is read', () => {
    const reasons: readonly (readonly [string, string])[] = [
      [
        'state=held',
        'state cannot be used in a hold or rule: every fault is in state read when a hold or rule decides about it',
      ],
      [
        'rw=w age>1s',
        'age cannot be used in a hold or rule: every fault is of age 0 when a hold or rule decides about it',
      ],
      [
        'lat>1ms',
        'lat cannot be used in a hold or rule: the fault has no answer yet when a hold or rule decides about it',
      ],
      [
        'sym=memcpy',
        "sym cannot be used in a hold or rule: the kernel's message does not say which instruction faulted",
      ],
      [
        '!marked',
        'marked cannot be used in a hold or rule: nothing has been done with the fault yet when a hold or rule decides about it',
      ],
      ['@focus', '@focus cannot be used in a hold or rule: it means a row on the screen'],
    ];
    for (const [text, message] of reasons) assert.equal(shown(text, compileHold).split('\n')[0], message);
  });

  it('in a hold that is too long is said, not cut', () => {
    const numbers = Array.from({ length: 1100 }, (_, i) => i * 2).join(',');
    const result = compileHold(`seq in {${numbers.slice(0, 4000).replace(/,\d*$/, '')}}`);
    assert.ok(result.ok, 'what fits into a filter of 4096 characters mostly fits into a program');
    const many = compileHold(Array.from({ length: 1100 }, () => 'a').join(' '));
    assert.ok(!many.ok);
    assert.equal(many.error.message, 'this filter is too long for a hold or rule');
    const long = compileView('a'.repeat(5000));
    assert.ok(!long.ok);
    assert.equal(long.error.message, 'a filter has at most 4096 characters');
    const deep = compileView('('.repeat(80) + 'a' + ')'.repeat(80));
    assert.ok(!deep.ok);
    assert.equal(deep.error.message, 'a filter nests at most 64 deep');
  });

  it('keeps the caret under its place when characters are wide or must not be sent', () => {
    assert.equal(
      shown('range=漢字 knd=1'),
      lines('no field "knd"; did you mean kind?', '  range=漢字 knd=1', '             ^~~'),
    );
    assert.equal(shown('comm=\x1b[2J knd=1').includes('\x1b'), false);
  });

  it('becomes the one error class', () => {
    const result = compileView('kind=mising');
    assert.ok(!result.ok);
    const error = toUffdscopeError('kind=mising', result.error);
    assert.equal(error.code, 'FILTER');
    assert.equal(error.exit, 2);
    assert.equal(error.hint, 'Write missing there.');
  });

  it('is never an exception, whatever is typed', () => {
    const pieces = fc.constantFrom(
      'kind',
      '=',
      '!',
      '(',
      ')',
      '{',
      '}',
      ',',
      '"',
      '~',
      '\\',
      'in',
      '0x',
      '..',
      '+',
      '5',
      ' ',
      '@',
      'a',
      '[',
      '\ud800',
      '\x1b',
      '<',
      '|',
      '&',
    );
    const typed = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map((p) => p.join('')),
    );
    fc.assert(
      fc.property(typed, (text) => {
        for (const compile of [compileView, compileHold]) {
          const result = compile(text);
          if (result.ok) continue;
          const { column, length, message } = result.error;
          assert.ok(
            column >= 1 && column <= text.length + 1 && length >= 1 && message !== '',
            JSON.stringify(result.error),
          );
          renderFilterError(text, result.error);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
