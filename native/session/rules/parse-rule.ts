/** A rule's text to its meaning. What a kind cannot do, and what contradicts itself, is refused here. */
import { check } from '../filter/check.js';
import {
  FilterFault,
  outcome,
  renderFilterError,
  type FilterError,
  type Outcome,
  type Span,
} from '../filter/filter-error.js';
import { notesOn } from '../filter/notes.js';
import { parse } from '../filter/parse.js';
import type { Syntax } from '../filter/ast.js';
import type { Filter } from '../filter/index.js';
import { findRuleWord } from './fields.js';
import { UffdscopeError } from '../errors.js';
import { parseSource } from '../source-text.js';
import type { FaultKind } from '../types.js';
import type { Damage, Modifiers, Rule, Terminal } from './rule.js';
import { splitRule, type Part } from './split.js';
import * as read from './values.js';

export interface ParsedRule {
  readonly rule: Rule;
  /** What may surprise, one sentence each. */
  readonly notes: readonly string[];
}

/** Of a session. The engine numbers them in 16 bits, and each costs every fault a little. */
export const MAX_RULES = 10_000;
export const TOO_MANY = `a session takes at most ${MAX_RULES} rules`;
const MAX_LENGTH = 4096;

export function parseRule(text: string): Outcome<ParsedRule> {
  return outcome(() => {
    if (text.length > MAX_LENGTH)
      throw new FilterFault(`a rule has at most ${MAX_LENGTH} characters; this one has ${text.length}`, {
        at: MAX_LENGTH,
        length: 1,
      });
    const split = splitRule(text);
    const syntax = parse(split.filter.text);
    refuseMisplaced(syntax);
    const filter = check(syntax, { context: 'faults', when: 'fault' });
    const terminal = readTerminal(split.parts);
    const modifiers = readModifiers(split.parts);
    const rule: Rule = { filter, filterText: split.filter.text.trim(), terminal, modifiers };
    refuseContradictions(rule, split.parts);
    return { rule, notes: notesOn(syntax, 'faults') };
  });
}

/** The one error class, with the caret under the place. */
export function toRulesError(text: string, error: FilterError): UffdscopeError {
  const hint = error.suggestion === null ? '' : `Write ${error.suggestion} there.`;
  return new UffdscopeError('RULES', renderFilterError(text, error), hint, { column: error.column });
}

/** `off>4k prob=0.5: zero`: the word is known, its place is not. */
function refuseMisplaced(syntax: Syntax): void {
  if (syntax.type === 'and' || syntax.type === 'or') return syntax.items.forEach(refuseMisplaced);
  if (syntax.type === 'not') return refuseMisplaced(syntax.item);
  if (syntax.type !== 'test' || syntax.field.quoted) return;
  const word = findRuleWord(syntax.field.text);
  if (word === undefined) return;
  throw new FilterFault(
    `${word.name} says what is done; it stands behind a colon, as in off>4k: ${word.example}`,
    syntax,
  );
}

function readTerminal(parts: readonly Part[]): Terminal | null {
  const [part, second] = parts.filter((p) => p.word.kind === 'terminal');
  if (part === undefined) return null;
  if (second !== undefined)
    throw new FilterFault(`a rule has one action; ${part.word.name} and ${second.word.name} are two`, second);
  const name = part.word.name;
  if (name === 'copy') return { action: 'copy', source: sourceOf(part.value!), text: part.value!.text };
  if (name === 'script') return { action: 'script', script: read.readName(part.value!) };
  return { action: name as Exclude<Terminal['action'], 'copy' | 'script'> };
}

function sourceOf(value: Span & { readonly text: string }): ReturnType<typeof parseSource> {
  try {
    return parseSource(value.text);
  } catch (error) {
    if (error instanceof UffdscopeError) throw new FilterFault(error.message.replace(/\.$/, ''), value);
    throw error;
  }
}

function readModifiers(parts: readonly Part[]): Modifiers {
  const found: { -readonly [K in keyof Modifiers]: Modifiers[K] } = {};
  const damages: Damage[] = [];
  const seen = new Set<string>();
  for (const part of parts) {
    const { word, value } = part;
    if (word.kind === 'terminal') continue;
    if (seen.has(word.name) && word.name !== 'corrupt') throw new FilterFault(`${word.name} is said twice`, part);
    seen.add(word.name);
    switch (word.name) {
      case 'delay':
        found.delay = read.readDelay(value!);
        break;
      case 'corrupt':
        damages.push(read.readDamage(value!));
        break;
      case 'short':
        found.short = read.readSize(value!);
        break;
      case 'nowake':
        found.nowake = { after: value === null ? null : read.readTime(value) };
        break;
      case 'duplicate':
        found.duplicate = true;
        break;
      case 'reorder':
        found.reorder = read.readCount(value!, 2);
        if (found.reorder > 4096) throw new FilterFault('reorder collects at most 4096 faults', value!);
        break;
      case 'spurious':
        found.spurious = true;
        break;
      case 'when':
        found.when = read.readWhen(value!);
        break;
      case 'prob':
        found.prob = read.readShare(value!);
        break;
      case 'per':
        found.per = read.readScope(value!);
        break;
      case 'limit':
        found.limit = read.readCount(value!);
        break;
      case 'name':
        found.name = read.readName(value!);
        break;
      default:
        throw new Error(`no reader for ${word.name}`);
    }
  }
  if (damages.length > 0) found.corrupt = damages;
  return found;
}

/** Modifiers that shape an answer, and the actions that give none. */
const SHAPES = ['corrupt', 'short', 'nowake', 'duplicate'] as const;
const ANSWERLESS: ReadonlySet<Terminal['action']> = new Set([
  'hold',
  'wake',
  'pass',
  'poison',
  'continue',
  'unprotect',
] as const);

function refuseContradictions(rule: Rule, parts: readonly Part[]): void {
  const { terminal, modifiers } = rule;
  const place = (name: string): Span => parts.find((p) => p.word.name === name)!;
  if (terminal !== null && ANSWERLESS.has(terminal.action)) {
    const bytes = terminal.action === 'continue' || terminal.action === 'unprotect' || terminal.action === 'poison';
    for (const shape of SHAPES) {
      if (modifiers[shape] === undefined || (bytes && (shape === 'duplicate' || shape === 'nowake'))) continue;
      throw new FilterFault(`${terminal.action} gives no bytes, so ${shape} has nothing to change`, place(shape));
    }
  }
  if (terminal?.action === 'hold' && (modifiers.delay ?? modifiers.reorder) !== undefined)
    throw new FilterFault('a held fault waits for the operator; it cannot be delayed as well', place('hold'));
  if (terminal?.action === 'poison' && modifiers.nowake !== undefined)
    throw new FilterFault('poison wakes the thread with SIGBUS; nowake has nothing to keep asleep', place('nowake'));
  if (modifiers.prob === 0) throw new FilterFault('prob=0 never happens', place('prob'));
  const counted = modifiers.when !== undefined || modifiers.limit !== undefined;
  if (modifiers.per !== undefined && !counted)
    throw new FilterFault('per says what when and limit count by; neither is here', place('per'));
  const effects = Object.keys(modifiers).filter((m) => !['when', 'prob', 'per', 'limit', 'name'].includes(m));
  if (terminal === null && effects.length === 0)
    throw new FilterFault('this rule does nothing; add an action, as in delay=5ms', parts.at(-1)!);
  const impossible = kindsOf(rule.filter).length > 0 && kindsLeft(rule).length === 0;
  if (impossible && terminal) throw new FilterFault(reason(terminal.action), place(terminal.action));
  if (modifiers.corrupt !== undefined && kindsLeft(rule).every((kind) => kind !== 'missing'))
    throw new FilterFault(
      'only missing faults are answered with bytes, so there is nothing to damage',
      place('corrupt'),
    );
}

const KINDS: readonly FaultKind[] = ['missing', 'wp', 'minor'];

/** The kinds that a filter can take, as far as it says so by `kind` alone. */
export function kindsOf(filter: Filter): readonly FaultKind[] {
  switch (filter.type) {
    case 'and':
      return KINDS.filter((kind) => filter.items.every((item) => kindsOf(item).includes(kind)));
    case 'or':
      return KINDS.filter((kind) => filter.items.some((item) => kindsOf(item).includes(kind)));
    case 'choice':
      if (filter.field !== 'kind') return KINDS;
      return KINDS.filter((kind) => filter.values.includes(kind) === (filter.op === '='));
    case 'not': {
      const { item } = filter;
      if (item.type !== 'choice' || item.field !== 'kind') return KINDS;
      return KINDS.filter((kind) => !kindsOf(item).includes(kind));
    }
    default:
      return KINDS;
  }
}

/** The kinds a rule can answer: what its action cannot do it leaves to the rules behind it. */
export function kindsLeft(rule: Rule): readonly FaultKind[] {
  const can = (kind: FaultKind): boolean => {
    switch (rule.terminal?.action) {
      case 'continue':
        return kind === 'minor';
      case 'unprotect':
        return kind === 'wp';
      case 'poison':
        return kind !== 'wp';
      case 'copy':
        return kind === 'missing';
      default:
        return true;
    }
  };
  return kindsOf(rule.filter).filter(can);
}

function reason(action: Terminal['action']): string {
  const only: Partial<Record<Terminal['action'], string>> = {
    continue: 'continue answers only minor faults: for the others there is no page in the cache',
    unprotect: 'unprotect answers only write-protect faults',
    poison: 'a write-protect fault has its page already, so poison cannot mark it',
    copy: 'copy answers only missing faults: the others have their page already',
  };
  return only[action] ?? `${action} can never be done here`;
}
