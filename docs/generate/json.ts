/** docs/reference/json.md, from the shapes that compiler and tests hold to the code. */
import { DOCTOR, PS, PS_BY_FEATURE, SUMMARY, TRACE, type Objects } from './json-shapes.js';
import { code, sections, table } from './markdown.js';

export function jsonPage(): string {
  return sections(
    '# JSON',
    'The form of each document is named by `schema`; within one version fields are only added. Unknown is `null`, never a guess.',
    table(
      ['shape', 'what it is'],
      [
        ['integer', 'a whole number; sizes are bytes'],
        ['number', 'a number, perhaps with a fraction'],
        ['ns', 'a whole number of nanoseconds'],
        ['hex', 'an address, as a string: `"0x7f0000003000"`'],
        ['text', 'a string; control and bidirectional characters in it are escaped'],
        ['counts', 'an object: a whole number for each name'],
      ],
    ),
    '## uffdscope ps --json',
    'One document. The same userfaultfd has the same `ino`, the same thread the same `tid`, in every output.',
    ...objects(PS),
    `With ${code('--by feature')} the document has one field more:`,
    fields({ features: PS_BY_FEATURE['Document']!['features']! }),
    ...objects({ Feature: PS_BY_FEATURE['Feature']! }),
    '## uffdscope doctor --json',
    'One document.',
    ...objects(DOCTOR),
    '## uffdscope attach PID --headless -o jsonl',
    'One object a line. `attach` comes first; `summary` and `detach` come last.',
    ...objects(TRACE),
    `## --summary-json FILE`,
    'One document, written at the end of a headless run. `faults` is the sum of `resolved`, `handedBack`, `ended` and `waiting`.',
    ...objects(SUMMARY),
  );
}

function objects(all: Objects): string[] {
  return Object.entries(all).map(([name, one]) => sections(`### ${name}`, fields(one)));
}

function fields(one: Objects[string]): string {
  return table(
    ['field', 'shape', 'what it is'],
    Object.entries(one).map(([name, [shape, about]]) => [code(name), shape, about]),
  );
}
