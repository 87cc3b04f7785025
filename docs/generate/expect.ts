/** docs/reference/expect.md, from the table of measures that the parser reads. */
import { MEASURES } from '../../native/session/index.js';
import { code, sections, table } from './markdown.js';

/** Each is read by a test. */
export const EXPECT_EXAMPLES = [
  ['count>=100', 'at least a hundred faults came'],
  ['failed=0', 'no answer was refused'],
  ['p99<5ms', '99 % of all faults were answered within 5 ms'],
  ['range=heap access=write: max<1s', 'no write to the heap waited for a second'],
  ['by~^rule action=poison: count=3', 'rules poisoned three pages'],
  ['no held age>1s', 'nothing was ever held for longer than a second'],
  ['no errno=EAGAIN', 'no fault ended with this error'],
] as const;

export function expectPage(): string {
  return sections(
    '# Expectations',
    `What a headless run is held to: ${code('--expect')}, as often as wanted. Where one fails, the run ends with status 4 and says what was seen.`,
    '```\nexpectation := [FILTER ":"] MEASURE OP VALUE | "no" FILTER\nOP          := < | <= | > | >= | = | !=\n```',
    `The filter is that of the [filter language](filter.md), whole: also what is known only after the answer. A mistake is shown with a caret under it, before anything is done.`,
    '## Examples',
    table(
      ['expectation', 'what it asks'],
      EXPECT_EXAMPLES.map(([text, what]) => [code(text), what]),
    ),
    '## Measures',
    table(
      ['measure', 'what it is', 'value', 'example'],
      MEASURES.map(({ name, doc, unit, perSecond, example }) => [
        code(name),
        doc,
        unit === 'duration'
          ? 'time with a unit: ns, us, ms, s'
          : perSecond
            ? 'number, with k, M; /s may follow'
            : 'number, with k, M',
        code(example),
      ]),
    ),
    'They are compared at the end, when everything is handed back. Times are from read to answer, of faults that we answered; where there was none, an expectation about times fails. Quantiles are at most 1.6 % too large; the rest is exact.',
    `A measure with a filter is of faults that have their end, so its filter cannot ask for what waits: ${code('held')}, ${code('@held')}, ${code('@waiting')}, and ${code('state=')} with unread, read, held, delayed or scripted are refused there. ${code('no held age>1s')} asks it.`,
    '## Never',
    `${code('no FILTER')} is looked at all the time: what waits fifty times a second, and each fault when it has its end. The first that the filter takes is named.`,
    '## When too much happens',
    'Without a filter the engine itself counts, at whatever rate. With one, each answered fault is looked at; should the log be overwritten before that (262,144 entries between two looks), the verdict is that it could not be judged, which is a failure.',
    '## Reports',
    `${code('-s')} prints a summary with all verdicts behind the lines (on stderr, where stdout carries JSON or CSV). ${code('--summary-json FILE')} writes it as [JSON](json.md). ${code('--junit FILE')} writes JUnit XML with one test case for each expectation, and with ${code('--strict')} for each [rule](rules.md), which must have matched. Files are made for you alone to read, never through a symbolic link.`,
  );
}
