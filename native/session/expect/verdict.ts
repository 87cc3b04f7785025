/** How a run was judged. One verdict for each expectation, strict rule, or assertion of a script. */
import { UffdscopeError } from '../errors.js';
import { safeText } from '../safe-text.js';

export interface Verdict {
  readonly from: 'expect' | 'rule' | 'script';
  /** As it was written: the expectation, the rule, the script's message. */
  readonly text: string;
  readonly ok: boolean;
  /** What was seen, as a person reads it: `12`, `7.21 ms`, `fault 4 …`. */
  readonly seen: string;
  /** The number behind it: ns, a count; null where there is none. */
  readonly value: number | null;
}

/** @throws UffdscopeError EXPECTATION that names each which failed, and what was seen. */
export function holdTo(verdicts: readonly Verdict[]): void {
  const failed = verdicts.filter(({ ok }) => !ok);
  if (failed.length === 0) return;
  const rulesOnly = failed.every(({ from }) => from === 'rule');
  throw new UffdscopeError(
    'EXPECTATION',
    failed.map(sentence).join('\n'),
    rulesOnly ? 'Without --strict that is only said.' : '',
    { failed: failed.length, of: verdicts.length },
  );
}

function sentence({ from, text, seen }: Verdict): string {
  switch (from) {
    case 'expect':
      return `Expected ${safeText(text)}, but ${safeText(seen)}.`;
    case 'rule':
      return `A rule never matched: ${safeText(text)}`;
    case 'script':
      return `Script: ${safeText(text)}: ${safeText(seen)}`;
  }
}
