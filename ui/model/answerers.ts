/** What answers a fault, in the order in which it is asked: the hold, the rules, the default. */
import { formatActions, parseRule } from '../../native/session/rules/index.js';
import type { RuleLine, Session, Snapshot } from '../../native/session/types.js';

export type Answerer =
  | { readonly as: 'hold'; readonly match: string; readonly held: number }
  | {
      readonly as: 'rule';
      readonly rule: RuleLine;
      readonly match: string;
      readonly action: string;
      /** What is odd about it, or ''. */
      readonly odd: string;
    }
  | { readonly as: 'default'; readonly action: string };

/** Read again only where the rules changed; their counts are always of now. */
export class Answerers {
  #version = -1;
  readonly #parts = new Map<number, { readonly match: string; readonly action: string; readonly odd: string }>();

  constructor(private readonly session: Session) {}

  list(snapshot: Snapshot): Answerer[] {
    const { rules, options } = this.session;
    this.#read();
    const hold: Answerer[] = snapshot.holdOn
      ? [{ as: 'hold', match: snapshot.holdFilter ?? '(everything)', held: snapshot.held }]
      : [];
    const listed = rules.list().map((rule): Answerer => ({ as: 'rule', rule, ...this.#parts.get(rule.id)! }));
    const action = options.defaultAnswer === 'source' ? `copy ${options.sourceText}` : options.defaultAnswer;
    return [...hold, ...listed, { as: 'default', action }];
  }

  /** `rule 1 "range=heap: hold"` for what `rule:1` did; as it stands where that rule is gone. */
  named(by: string): string {
    const id = /^rule:(\d+)$/.exec(by)?.[1];
    if (id === undefined) return by;
    const rule = this.session.rules.list().find((one) => one.id === Number(id));
    if (!rule) return `rule ${id} (deleted)`;
    this.#read();
    const { match, action } = this.#parts.get(rule.id)!;
    return `rule ${id} "${match}" → ${action}`;
  }

  #read(): void {
    const { rules, options } = this.session;
    if (rules.version === this.#version) return;
    this.#version = rules.version;
    this.#parts.clear();
    const odd = new Map(rules.odd(options.defaultAnswer).map(({ id, message }) => [id, message]));
    for (const { id, text } of rules.list()) {
      const parsed = parseRule(text);
      if (!parsed.ok) throw new Error(`rule ${id} was read once and cannot be read again`);
      const { rule } = parsed;
      const match = rule.filterText === '' ? '(everything)' : rule.filterText;
      this.#parts.set(id, { match, action: formatActions(rule), odd: odd.get(id) ?? '' });
    }
  }
}
