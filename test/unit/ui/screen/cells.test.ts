/** A row has exactly its width in cells, whatever text it is given: one row too wide would push the screen apart. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { cellWidth, cut, fit } from '../../../../ui/screen/cells.js';
import { Paint } from '../../../../ui/screen/paint.js';
import { ROLES, chooseTheme, chalkLevel } from '../../../../ui/screen/theme.js';
import { isUtf8Locale } from '../../../../ui/screen/glyphs.js';

const anyText = fc.string({ unit: 'binary', maxLength: 40 });
const role = fc.constantFrom(...ROLES);

test('fit: exactly the width', () => {
  assert.equal(fit('heap', 6), 'heap  ');
  assert.equal(fit('heap', 6, 'right'), '  heap');
  assert.equal(fit('heap[0]+123', 6), 'heap[…');
  assert.equal(stringWidth(fit('日本語', 5)), 5);
  assert.equal(cut('abc', 0), '');
});

test('a line is exactly as wide as asked, for any text and any style', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.tuple(anyText, role)),
      fc.boolean(),
      (width, parts, ascii) => {
        const paint = new Paint('ansi', ascii);
        const line = paint.line(width, 'selected');
        for (const [text, as] of parts) line.add(paint.outside(text), as);
        const row = line.end();
        assert.equal(stringWidth(row), width, JSON.stringify(row));
      },
    ),
  );
});

test('what a target chose never reaches the terminal as a command', () => {
  fc.assert(
    fc.property(anyText, fc.boolean(), (text, ascii) => {
      const shown = new Paint('ansi', ascii).outside(text);
      // eslint-disable-next-line no-control-regex
      assert.doesNotMatch(shown, /[\u0000-\u001f\u007f-\u009f]/);
      if (ascii) assert.match(shown, /^[\x20-\x7e]*$/);
    }),
  );
});

test('measured as string-width measures', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const shown = new Paint('ansi', false).outside(text);
      assert.equal(cellWidth(shown), stringWidth(shown), JSON.stringify(shown));
    }),
  );
});

test('mono sends no colour, dumb no style at all', () => {
  const colours = /\x1b\[[\d;]*(?:3[0-8]|4[0-8]|9\d|10\d)[;m]/;
  for (const as of ROLES) {
    assert.doesNotMatch(new Paint('mono', false).line(5).add('abc', as).end(), colours, as);
    assert.equal(new Paint('dumb', false).line(5).add('abc', as).end(), 'abc  ', as);
  }
});

test('the default theme uses the sixteen colours only', () => {
  for (const as of ROLES) assert.doesNotMatch(new Paint('ansi', false).line(5).add('abc', as).end(), /[34]8[;:]/, as);
});

test('which theme: the flag, then NO_COLOR, FORCE_COLOR, TERM', () => {
  assert.equal(chooseTheme('auto', {}), 'ansi');
  assert.equal(chooseTheme('auto', { NO_COLOR: '1' }), 'mono');
  assert.equal(chooseTheme('auto', { NO_COLOR: '' }), 'ansi', 'empty means unset');
  assert.equal(chooseTheme('always', { NO_COLOR: '1' }), 'ansi');
  assert.equal(chooseTheme('never', { FORCE_COLOR: '3' }), 'mono');
  assert.equal(chooseTheme('auto', { NO_COLOR: '1', FORCE_COLOR: '3' }), 'mono');
  assert.equal(chooseTheme('auto', { FORCE_COLOR: '0' }), 'mono');
  assert.equal(chooseTheme('always', { TERM: 'dumb' }), 'dumb');
  assert.equal(chooseTheme('auto', {}, 'truecolor'), 'truecolor');
  assert.deepEqual(
    ['ansi', 'truecolor', 'mono', 'dumb'].map((name) => chalkLevel(name as 'ansi')),
    [1, 3, 0, 0],
  );
});

test('ASCII where the locale is not UTF-8', () => {
  assert.ok(isUtf8Locale({ LANG: 'en_US.UTF-8' }));
  assert.ok(isUtf8Locale({ LANG: 'C', LC_ALL: 'C.utf8' }));
  assert.ok(!isUtf8Locale({ LANG: 'en_US.UTF-8', LC_ALL: 'C' }));
  assert.ok(!isUtf8Locale({ LANG: 'de_DE.ISO-8859-1' }));
  assert.ok(!isUtf8Locale({}));
});
