/** What is odd about a list of rules as a whole: rules that can never come to their turn, and names used twice. */
import { formatFilter } from '../filter/format.js';
import type { Filter } from '../filter/index.js';
import { kindsLeft } from './parse-rule.js';
import type { Rule } from './rule.js';

export interface RuleWarning {
  /** Of the list, from 0. */
  readonly index: number;
  /** One sentence without a full stop. */
  readonly message: string;
}

/** `label` says which rule is meant, by its place in the list from 0. */
export function checkRules(rules: readonly Rule[], label: (index: number) => string): RuleWarning[] {
  const warnings: RuleWarning[] = [];
  rules.forEach((rule, index) => {
    const before = rules.findIndex((other, i) => i < index && takesAllOf(other, rule));
    if (before >= 0)
      warnings.push({ index, message: `it is never reached: ${label(before)} takes everything that it takes` });
    const { name } = rule.modifiers;
    const twin = name === undefined ? -1 : rules.findIndex((other, i) => i < index && other.modifiers.name === name);
    if (twin >= 0) warnings.push({ index, message: `${label(twin)} is called ${name} too` });
  });
  return warnings;
}

/** Certain only where the earlier one always acts and its tests are among those of the later one. */
function takesAllOf(earlier: Rule, later: Rule): boolean {
  const { when, prob, limit } = earlier.modifiers;
  if (earlier.terminal === null || when !== undefined || prob !== undefined || limit !== undefined) return false;
  const kinds = kindsLeft(earlier);
  if (!kindsLeft(later).every((kind) => kinds.includes(kind))) return false;
  const tests = new Set(testsOf(later.filter));
  return testsOf(earlier.filter).every((test) => tests.has(test));
}

function testsOf(filter: Filter): string[] {
  if (filter.type === 'all') return [];
  return filter.type === 'and' ? filter.items.flatMap(testsOf) : [formatFilter(filter)];
}
