/** What is odd about a list of rules as a whole: rules that can never come to their turn, and names used twice. */
import { formatFilter } from '../filter/format.js';
import type { Filter } from '../filter/index.js';
import { takesNothing } from './empty-filter.js';
import type { FaultKind } from '../types.js';
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
  const earlier = new EarlierRules(rules);
  const names = new Map<string, number>();
  rules.forEach((rule, index) => {
    const before = earlier.takingAllOf(index);
    if (takesNothing(rule.filter))
      warnings.push({ index, message: 'its filter contradicts itself, so it never takes a fault' });
    else if (before !== null)
      warnings.push({ index, message: `it is never reached: ${label(before)} takes everything that it takes` });
    const { name } = rule.modifiers;
    if (name === undefined) return;
    const twin = names.get(name);
    if (twin === undefined) names.set(name, index);
    else warnings.push({ index, message: `${label(twin)} is called ${name} too` });
  });
  return warnings;
}

/**
 * Certain only where the earlier one always acts and its tests are among those of the later one. An earlier rule is
 * looked up by its rarest test, so that ten thousand rules are not each held against all before them.
 */
class EarlierRules {
  readonly #tests: readonly (readonly string[])[];
  readonly #kinds: readonly (readonly FaultKind[])[];
  /** Indexes, ascending, of rules that always act, by one of their tests; '' for those without any. */
  readonly #byTest = new Map<string, number[]>();

  constructor(rules: readonly Rule[]) {
    this.#tests = rules.map((rule) => testsOf(rule.filter));
    this.#kinds = rules.map(kindsLeft);
    const frequency = new Map<string, number>();
    for (const test of this.#tests.flat()) frequency.set(test, (frequency.get(test) ?? 0) + 1);
    rules.forEach((rule, index) => {
      if (!alwaysActs(rule)) return;
      const rarest = this.#tests[index]!.toSorted((a, b) => frequency.get(a)! - frequency.get(b)!)[0] ?? '';
      const all = this.#byTest.get(rarest);
      if (all === undefined) this.#byTest.set(rarest, [index]);
      else all.push(index);
    });
  }

  /** The first rule before this one that leaves it nothing. */
  takingAllOf(index: number): number | null {
    const tests = new Set(this.#tests[index]!);
    const kinds = this.#kinds[index]!;
    let first: number | null = null;
    for (const test of ['', ...tests]) {
      for (const other of this.#byTest.get(test) ?? []) {
        if (other >= (first ?? index)) break;
        if (!this.#tests[other]!.every((one) => tests.has(one))) continue;
        const its = this.#kinds[other]!;
        if (kinds.every((kind) => its.includes(kind))) first = other;
      }
    }
    return first;
  }
}

function alwaysActs({ terminal, modifiers: { when, prob, limit } }: Rule): boolean {
  return terminal !== null && when === undefined && prob === undefined && limit === undefined;
}

function testsOf(filter: Filter): string[] {
  if (filter.type === 'all') return [];
  return filter.type === 'and' ? filter.items.flatMap(testsOf) : [formatFilter(filter)];
}
