/** What several pages say and no table of the code holds. */
import type { ExitStatus } from '../../native/session/errors.js';

const EXIT: Readonly<Record<0 | ExitStatus, string>> = {
  0: 'done',
  1: 'failed',
  2: 'the command line, or a filter in it, cannot be understood',
  3: 'not permitted to this user, or not supported by this kernel; the hint says what would help',
  4: 'something that was expected did not hold',
};

export const EXIT_STATUS = Object.entries(EXIT);

export const VALUES = [
  ['time', 'a number with its unit, `ns`, `us`, `ms`, `s`, `m` or `h`: `500us`, `1.5s`'],
  [
    'what',
    'a source of bytes: `FILE`, `FILE@OFFSET` (decimal or 0x…, with k, M, G), `zero`, `pattern:HH` (one byte, hex), `hex:HHHH…` (these bytes, then zeros)',
  ],
  ['filter', 'an expression of the [filter language](filter.md)'],
] as const;

export const ENVIRONMENT = [
  ['NO_COLOR', 'no colour, if set to anything'],
  ['FORCE_COLOR', 'colour also where there is no terminal; `0` turns it off'],
  ['TERM, COLORTERM', 'what the terminal can show; `TERM=dumb` means no colour'],
  ['LC_ALL, LC_CTYPE, LANG', 'in a locale without UTF-8 screens and tables are drawn in ASCII'],
  ['VISUAL, EDITOR', 'editor for the bytes of an answer'],
  ['UFFDSCOPE_NATIVE', 'folder to load the native parts from, in place of those of the package'],
] as const;
