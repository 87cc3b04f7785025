/** The rules of a session, live: add, remove, switch, move. Every change goes to the engine at once and whole. */
import type { NativeRule } from '../../addon/session-binding.js';
import { UffdscopeError } from '../errors.js';
import type { DefaultAnswer } from '../types.js';
import { checkEffect } from './check-effect.js';
import { checkRules } from './check-rules.js';
import { compileRule } from './compile-rule.js';
import { formatRule } from './format-rule.js';
import { MAX_RULES, parseRule, TOO_MANY, toRulesError } from './parse-rule.js';
import type { Rule } from './rule.js';

/** A rule as lists show it. */
export interface RuleRow {
  /** Stable for the session; `rule:ID` in records. */
  readonly id: number;
  readonly text: string;
  readonly rule: Rule;
  readonly on: boolean;
  /** Faults that its filter took, and those it did something to. */
  readonly matched: number;
  readonly acted: number;
}

export interface RuleEngine {
  setRules(rules: readonly NativeRule[], seed: number): void;
  ruleCounts(id: number): { readonly matched: number; readonly acted: number };
}

interface Entry {
  readonly id: number;
  readonly rule: Rule;
  readonly text: string;
  on: boolean;
}

export class RuleBook {
  #entries: Entry[] = [];
  #next = 1;
  #changes = 0;
  constructor(
    readonly seed: number,
    readonly engine: RuleEngine,
    /** The number of a script by its name; throws where there is none. */
    readonly scriptNumber: (name: string) => number = noScript,
    /** Hears which scripts the rules that are on name. */
    readonly namesScripts: (names: ReadonlySet<string>) => void = () => undefined,
  ) {}

  /** Bumped with every change. */
  get version(): number {
    return this.#changes;
  }

  list(): RuleRow[] {
    return this.#entries.map((entry) => ({ ...entry, ...this.engine.ruleCounts(entry.id) }));
  }

  /** What is odd about the rules that are on, as sentences that name the rule. */
  warnings(fallback?: DefaultAnswer): string[] {
    return this.odd(fallback).map(({ id, message }) => `Rule ${id}: ${message}.`);
  }

  /** The same, each with the id of its rule. */
  odd(fallback?: DefaultAnswer): { readonly id: number; readonly message: string }[] {
    const on = this.#entries.filter((e) => e.on);
    const rules = on.map((e) => e.rule);
    const odd = checkRules(rules, (index) => `rule ${on[index]!.id}`);
    if (fallback !== undefined) odd.push(...checkEffect(rules, fallback));
    return odd.map(({ index, message }) => ({ id: on[index]!.id, message }));
  }

  /** At the end, or before the rule that stands at `at`. Gives its id and notes. @throws UffdscopeError RULES, SOURCE. */
  add(text: string, at = this.#entries.length): { readonly id: number; readonly notes: readonly string[] } {
    const [entry, notes] = this.#read(text, this.#next);
    this.#change(this.#entries.toSpliced(at, 0, entry));
    this.#next++;
    return { id: entry.id, notes };
  }

  /** Several at once: all, or none where one cannot be read. */
  addAll(texts: readonly string[]): readonly string[] {
    const read = texts.map((text, i) => this.#read(text, this.#next + i));
    this.#change([...this.#entries, ...read.map(([entry]) => entry)]);
    this.#next += texts.length;
    return read.flatMap(([, notes]) => notes);
  }

  /** Another text for it; it keeps its place and its id, and counts on. */
  edit(id: number, text: string): readonly string[] {
    const [entry, notes] = this.#read(text, id);
    const before = this.#at(id);
    this.#change(this.#entries.with(before, { ...entry, on: this.#entries[before]!.on }));
    return notes;
  }

  /** What it keeps waiting is released. */
  remove(id: number): void {
    this.#change(this.#entries.toSpliced(this.#at(id), 1));
  }

  switch(id: number, on: boolean): void {
    const at = this.#at(id);
    this.#change(this.#entries.with(at, { ...this.#entries[at]!, on }));
  }

  switchAll(on: boolean): void {
    this.#change(this.#entries.map((entry) => ({ ...entry, on })));
  }

  /** By so many places: -1 is one up. */
  move(id: number, by: number): void {
    const at = this.#at(id);
    const to = Math.max(0, Math.min(this.#entries.length - 1, at + by));
    this.#change(this.#entries.toSpliced(at, 1).toSpliced(to, 0, this.#entries[at]!));
  }

  /** Those whose filter never took a fault. */
  neverMatched(): RuleRow[] {
    return this.list().filter((row) => row.on && row.matched === 0);
  }

  #read(text: string, id: number): [Entry, readonly string[]] {
    const parsed = parseRule(text);
    if (!parsed.ok) throw toRulesError(text, parsed.error);
    return [{ id, rule: parsed.rule, text: text.trim(), on: true }, parsed.notes];
  }

  #at(id: number): number {
    const at = this.#entries.findIndex((entry) => entry.id === id);
    if (at < 0) throw new UffdscopeError('RULES', `There is no rule ${id}.`, 'See the rules: 2, or :rules');
    return at;
  }

  #change(entries: Entry[]): void {
    if (entries.length > MAX_RULES) throw new UffdscopeError('RULES', `${sentence(TOO_MANY)}.`, 'Leave some out.');
    const used = new Map<string, number>();
    const native = entries
      .filter((entry) => entry.on)
      .map(({ id, rule }) => {
        // Draws hang on the name or the text, so that a rule decides the same wherever it stands; twins differ.
        const own = rule.modifiers.name ?? formatRule(rule);
        const twin = used.get(own) ?? 0;
        used.set(own, twin + 1);
        const script = rule.terminal?.action === 'script' ? this.scriptNumber(rule.terminal.script) : 0;
        return compileRule(id, twin === 0 ? own : `${own}#${twin}`, rule, script);
      });
    const terminals = entries.flatMap(({ on, rule }) => (on && rule.terminal ? [rule.terminal] : []));
    this.namesScripts(new Set(terminals.flatMap((t) => (t.action === 'script' ? [t.script] : []))));
    this.engine.setRules(native, this.seed);
    this.#entries = entries;
    this.#changes++;
  }
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function noScript(name: string): never {
  throw new UffdscopeError('RULES', `No script is called ${name}.`, 'Load it with --script FILE.');
}
