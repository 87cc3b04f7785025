/** A rule to what the engine runs. Numbers are those of the enums in native/engine/rules/rule.h, in their order. */
import type { NativeRule } from '../../addon/session-binding.js';
import { toProgram } from '../filter/to-program.js';
import type { Damage, Delay, Rule, Scope, Terminal } from './rule.js';

const ACTIONS: readonly (Terminal['action'] | null)[] = [
  null,
  'zero',
  'copy',
  'continue',
  'unprotect',
  'hold',
  'poison',
  'wake',
  'pass',
  'script',
];
const LAWS: readonly (Delay['type'] | null)[] = [null, 'fixed', 'normal', 'exp', 'uniform', 'pareto'];
const DAMAGES: readonly Damage['type'][] = ['flip', 'xor', 'fill', 'off'];
const SCOPES: readonly Scope[] = ['rule', 'thread', 'page'];

/** `script`: the number of the session's script that the rule names, 0 where it names none. */
export function compileRule(id: number, key: string, rule: Rule, script: number): NativeRule {
  const { terminal, modifiers: m } = rule;
  const [delayA, delayB] = delayNumbers(m.delay);
  return {
    id,
    key,
    filter: rule.filter.type === 'all' ? null : toProgram(rule.filter),
    action: ACTIONS.indexOf(terminal?.action ?? null),
    source: terminal?.action === 'copy' ? terminal.source : null,
    script,
    delayLaw: LAWS.indexOf(m.delay?.type ?? null),
    delayA,
    delayB,
    damage: (m.corrupt ?? []).map(damageNumbers),
    short: m.short ?? 0,
    nowake: m.nowake !== undefined,
    nowakeNs: m.nowake?.after ?? 0,
    duplicate: m.duplicate ?? false,
    spurious: m.spurious ?? false,
    reorder: m.reorder ?? 0,
    when: m.when ? { ...m.when, last: m.when.last === Infinity ? null : m.when.last } : null,
    prob: m.prob ?? 1,
    per: SCOPES.indexOf(m.per ?? 'rule'),
    limit: m.limit ?? 0,
  };
}

function delayNumbers(delay: Delay | undefined): [number, number] {
  switch (delay?.type) {
    case undefined:
      return [0, 0];
    case 'fixed':
      return [delay.base, delay.jitter];
    case 'normal':
      return [delay.mean, delay.deviation];
    case 'exp':
      return [delay.mean, 0];
    case 'uniform':
      return [delay.least, delay.most];
    case 'pareto':
      return [delay.least, delay.shape];
  }
}

function damageNumbers(damage: Damage): NativeRule['damage'][number] {
  const what = DAMAGES.indexOf(damage.type);
  switch (damage.type) {
    case 'flip':
      return { what, n: damage.bits };
    case 'off':
      return { what, n: damage.offset, bytes: damage.bytes };
    default:
      return { what, n: damage.byte };
  }
}
