/** The words that stand alone: flags, @selectors, keywords. */
import type { Context } from './fields.js';

export interface Word {
  readonly name: string;
  readonly context: Context;
  readonly later: string | null;
  readonly doc: string;
}

const word = (context: Context, name: string, doc: string, later: string | null = null): Word => ({
  name,
  context,
  later,
  doc,
});
const NOT_YET = 'nothing has been done with the fault yet when a hold or rule decides about it';

export const FLAGS: readonly Word[] = [
  word('faults', 'held', 'Waits for the operator.', NOT_YET),
  word('faults', 'mine', 'Answered by the operator.', NOT_YET),
  word('faults', 'marked', 'Marked in the list.', NOT_YET),
  word('faults', 'edited', 'Has bytes edited by hand.', NOT_YET),
  word('faults', 'poisoned', 'Its page was poisoned by the answer.', NOT_YET),
  word('faults', 'stale', 'Handed back or gone: its thread no longer waits for us.', NOT_YET),
  word('mappings', 'anon', 'Anonymous memory; anon>=1M is short for anon size>=1M.'),
  word('mappings', 'file', 'Backed by a file; file>=1M is short for file size>=1M.'),
];

const ON_SCREEN = 'it means a row on the screen';

export const SELECTORS: readonly Word[] = [
  word('faults', 'all', 'Everything.'),
  word('events', 'all', 'Everything.'),
  word('mappings', 'all', 'Everything.'),
  word('faults', 'focus', 'The row under the cursor.', ON_SCREEN),
  word('faults', 'shown', 'The rows that the view filter shows.', ON_SCREEN),
  word('faults', 'marked', 'The marked rows.', NOT_YET),
  word('faults', 'held', 'The faults that wait for the operator.', NOT_YET),
  word('faults', 'waiting', 'The faults not answered yet: held, delayed or with a script.', NOT_YET),
];

export const KEYWORDS = ['and', 'or', 'not', 'in'] as const;

export function findWord(words: readonly Word[], context: Context, name: string): Word | undefined {
  const wanted = name.toLowerCase();
  return words.find((w) => w.context === context && w.name === wanted);
}
