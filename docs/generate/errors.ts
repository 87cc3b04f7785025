/** docs/reference/errors.md, from the one table of errors. */
import { ERROR_KINDS } from '../../native/session/errors.js';
import { code, sections, table } from './markdown.js';

export function errorsPage(): string {
  return sections(
    '# Errors',
    `An error is one sentence on stderr and, where something can be done, a hint below it. ${code('--debug')} adds where in the program it happened. In the library it is an ${code('UffdscopeError')} with ${code('code')}, ${code('message')}, ${code('hint')}, ${code('exit')}, and the kernel's own words in ${code('facts')}. Codes are stable; sentences may get better.`,
    table(
      ['code', 'exit', 'meaning'],
      Object.entries(ERROR_KINDS).map(([name, { exit, about }]) => [code(name), String(exit), about]),
    ),
  );
}
