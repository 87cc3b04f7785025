/** Every word that may stand after a `:` in a rule, in one table: parser, completion, printer and docs read it. */

export interface RuleWord {
  readonly name: string;
  /** A terminal action ends the search for a rule; a modifier changes how the answer is given. */
  readonly kind: 'terminal' | 'modifier';
  /** null: takes no value. */
  readonly value: string | null;
  readonly optional?: true;
  readonly doc: string;
  readonly example: string;
}

const terminal = (name: string, doc: string, value: string | null = null, example = name): RuleWord => ({
  name,
  kind: 'terminal',
  value,
  doc,
  example,
});
const modifier = (name: string, value: string | null, doc: string, example: string, optional?: true): RuleWord => ({
  name,
  kind: 'modifier',
  value,
  doc,
  example,
  ...(optional ? { optional } : {}),
});

export const RULE_WORDS: readonly RuleWord[] = [
  terminal('zero', 'Answer with zeros; a minor fault is continued, a write-protect fault unprotected.'),
  terminal(
    'copy',
    'Answer with bytes of a source, from where the page lies in its range.',
    'SRC[@OFF]',
    'copy=disk.img@4k',
  ),
  terminal('continue', 'Map the page that is in the page cache already; takes only minor faults.'),
  terminal('unprotect', 'Lift the write protection; takes only write-protect faults.'),
  terminal('hold', 'Keep it for the operator.'),
  terminal('poison', 'The thread gets SIGBUS; takes no write-protect faults.'),
  terminal('wake', 'Wake the thread without an answer: it faults again.'),
  terminal('pass', 'Give it back to the handler that lives.'),
  terminal('script', 'Ask the script of this name.', 'NAME', 'script=slow-disk'),
  modifier(
    'delay',
    'T[~J] | normal(M,D) | exp(M) | uniform(A,B) | pareto(MIN,SHAPE)',
    'Answer so much later.',
    'delay=5ms~2ms',
  ),
  modifier('corrupt', 'flip:N | xor:HH | fill:HH | off:OFF=HEX', 'Damage the bytes of the answer.', 'corrupt=flip:1'),
  modifier(
    'short',
    'BYTES',
    'Answer only so many bytes: pages behind them fault again, the rest of the last is zero.',
    'short=100',
  ),
  modifier('nowake', 'T', 'Put the page there and leave the thread asleep; wake it after T.', 'nowake=10ms', true),
  modifier('duplicate', null, 'Answer twice.', 'duplicate'),
  modifier('reorder', 'N', 'Collect N faults (or wait 100 ms), then answer them in another order.', 'reorder=4'),
  modifier('spurious', null, 'Wake first, answer when it faults again.', 'spurious'),
  modifier('when', 'FIRST[..LAST][+[STEP]]', 'Only these matches, counted from 1.', 'when=100+50'),
  modifier('prob', 'P', 'Only this share of the matches, drawn from the seed.', 'prob=0.01'),
  modifier('per', 'thread|page|rule', 'What `when` and `limit` count by; `rule` if left out.', 'per=page'),
  modifier('limit', 'N', 'At most so often.', 'limit=3'),
  modifier('name', 'ID', 'Call the rule so: its draws hang on the name, and verdicts show it.', 'name=slow'),
];

export function findRuleWord(name: string): RuleWord | undefined {
  return RULE_WORDS.find((word) => word.name === name.toLowerCase());
}
