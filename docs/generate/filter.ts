/** docs/reference/filter.md, from the tables that the parser and both compilers read. */
import { describe } from '../../native/session/filter/describe.js';
import { code, sections, table } from './markdown.js';

const GRAMMAR = `expr  := and { ("|" | "or") and }
and   := not { ["&" | "and"] not }          side by side means and
not   := ("!" | "not") not | atom
atom  := "(" expr ")" | field op value | "@" selector | flag | word
value := number | time | a..b | 0xA-0xB | address+length | {v,v,…} | "text" | bare`;

export function filterPage(): string {
  const { fields, flags, selectors, operators, examples } = describe();
  const ofFaults = <T extends { readonly context: string }>(all: readonly T[]) =>
    all.filter(({ context }) => context === 'faults');
  const words = [
    ...ofFaults(flags).map(({ name, doc, later }) => [code(name), doc, inHold(later)]),
    ...ofFaults(selectors).map(({ name, doc, later }) => [code(`@${name}`), doc, inHold(later)]),
  ];
  return sections(
    '# Filter language',
    'One language for what the list shows, for what is held, and for what [rules](rules.md) take. A mistake is shown with a caret under it and the nearest word that would fit.',
    `\`\`\`\n${GRAMMAR}\n\`\`\``,
    'What is not known of a row is in no comparison: `lat>1ms` and `lat<=1ms` both leave out a fault without an answer.',
    '## Examples',
    table(
      ['filter', 'what it takes'],
      examples.map(({ filter, doc }) => [code(filter), doc]),
    ),
    '## Operators',
    table(
      ['operator', 'is true where the field'],
      operators.map(({ name, doc }) => [code(name), doc]),
    ),
    '## Fields',
    'A hold decides when the message is read; what is known only later is refused there, with the reason.',
    table(
      ['field', 'what it is', 'values', 'example', 'in a hold'],
      ofFaults(fields).map(({ name, aliases, doc, values, example, later }) => [
        [name, ...aliases].map(code).join(', '),
        doc,
        values,
        code(example),
        inHold(later),
      ]),
    ),
    '## Words that stand alone',
    table(['word', 'what it takes', 'in a hold'], words),
  );
}

function inHold(later: string | null): string {
  return later === null ? 'yes' : `no: ${later}`;
}
