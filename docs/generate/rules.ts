/** docs/reference/rules.md, from the table of words that the parser reads. */
import { MAX_RULES, RULE_WORDS } from '../../native/session/rules/index.js';
import { code, sections, table } from './markdown.js';

/** A rule and what it does; a test reads each. */
export const RULE_EXAMPLES = [
  ['range=heap: delay=5ms', 'what touches the heap waits 5 ms longer'],
  ['prob=1%: delay=normal(20ms,5ms)', 'one fault in a hundred meets a slow disk'],
  ['access=write off<1M: hold', 'writes to the first megabyte wait for you'],
  ['prob=10%: pass', 'one in ten goes back to the handler, to be raised again'],
  ['range=db: corrupt=flip:1:when=100+50', 'from the hundredth on every fiftieth page has one wrong bit'],
  ['off=8k: poison:limit=1', 'the third page of each range is broken memory, once'],
  ['kind=missing: copy=disk.img', 'bytes of a file, from where the page lies in its range'],
  ['spurious:duplicate', 'woken for nothing first, then answered twice: a race that a program must bear'],
  ['reorder=4', 'four faults are collected, then answered in another order'],
] as const;

export function rulesPage(): string {
  const words = (kind: 'terminal' | 'modifier') =>
    RULE_WORDS.filter((word) => word.kind === kind).map(({ name, value, optional, doc, example }) => [
      code(value === null ? name : optional ? `${name}[=${value}]` : `${name}=${value}`),
      doc,
      code(example),
    ]);
  return sections(
    '# Rules',
    'A rule says which faults are meant and what is done to them. Rules run in the engine, on the way of each fault.',
    '```\nrule := [FILTER ":"] WORD { ":" WORD }\n```',
    `The filter is that of the [filter language](filter.md), without what is known only after the answer; left out, the rule takes every fault. A ${code(':')} separates only where one of the words below follows, never inside quotes. A mistake is shown with a caret under it.`,
    '## Examples',
    table(
      ['rule', 'what it does'],
      RULE_EXAMPLES.map(([rule, what]) => [code(rule), what]),
    ),
    '## Actions',
    'One rule has at most one.',
    table(['word', 'what it does', 'example'], words('terminal')),
    '## Modifiers',
    'As many as wanted, in any order, with an action or without.',
    table(['word', 'what it does', 'example'], words('modifier')),
    '## Which rule decides',
    [
      '- Rules are asked in order. The first that takes the fault and has an action decides; those without an action before it add up.',
      '- A rule whose action cannot answer this kind of fault leaves it to the rules behind it: `copy` takes missing faults, `continue` minor ones, `unprotect` write-protect faults, `poison` all but those.',
      '- Where no rule acts, the default answers, shaped by the modifiers that were met.',
      '- Delays add up; of several `short` the least counts; damage is done in order.',
      '- Removing a rule, or switching it off, releases what it keeps waiting.',
    ].join('\n'),
    '## Chance',
    `Every draw is a hash of the seed, the rule, the name of the range, the place of the page in it, and how often that page has faulted. So the same seed decides the same for each page whatever the order of the threads and whatever the addresses. Without ${code('--seed')} one is made up; it is printed at the end, and stands in the records. A rule draws by its ${code('name')}, or without one by its text: it decides the same wherever it stands. What ${code('when')} and ${code('limit')} count hangs on the order in which faults come, except with ${code('per=page')}.`,
    '## Files',
    `One rule a line; ${code('#')} at the start or behind a space begins a comment. ${code('--rules FILE')} may be given several times, and its rules stand behind those of ${code('--rule')}. A file has at most 1 MiB, a rule 4096 characters, a session ${MAX_RULES} rules. ${code('uffdscope rules check FILE')} reads one and says what is wrong or odd: a rule that is never reached, a filter that contradicts itself, a name used twice, a word that looks like a slip.`,
    '## At the end',
    `A headless run names each rule that never matched; with ${code('--strict')} that ends it with status 4. Where a source ends before the page that was asked, or cannot be read any more, the fault is ${code('failed')} and held, and a notice says so; the target gets no wrong byte.`,
  );
}
