/** Rules that change the bytes of an answer where nobody gives any: neither a rule behind them nor the default. */
import type { DefaultAnswer } from '../types.js';
import type { RuleWarning } from './check-rules.js';
import type { Rule } from './rule.js';

const GIVES_NO_BYTES: ReadonlySet<DefaultAnswer> = new Set(['pass', 'wake', 'hold', 'poison'] as const);
const GIVES_BYTES: ReadonlySet<string | undefined> = new Set(['copy', 'zero', 'script']);

export function checkEffect(rules: readonly Rule[], fallback: DefaultAnswer): RuleWarning[] {
  if (!GIVES_NO_BYTES.has(fallback)) return [];
  return rules.flatMap(({ terminal, modifiers }, index) => {
    if (terminal !== null || (modifiers.corrupt ?? modifiers.short) === undefined) return [];
    if (rules.slice(index + 1).some((rule) => GIVES_BYTES.has(rule.terminal?.action))) return [];
    const message = `it has no bytes to change: the default is to ${fallback}; add zero or copy=SRC to it, or a --source`;
    return [{ index, message }];
  });
}
