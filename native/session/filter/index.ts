/** The filter language: parse, compile for views and for the engine, print, complete, describe. */
import type { FaultColumns, TargetEvent } from '../types.js';
import type { Filter } from './ast.js';
import { check } from './check.js';
import { outcome, type Outcome } from './filter-error.js';
import type { Context } from './fields.js';
import { notesOn } from './notes.js';
import { parse } from './parse.js';
import type { MappingColumns, Rows } from './rows.js';
import { toJs, type Selectors, type Test } from './to-js.js';
import { toProgram } from './to-program.js';

export type { Filter } from './ast.js';
export { completions, type Completion, type CompletionOptions, type Completions } from './completions.js';
export { describe, type LanguageDescription } from './describe.js';
export { renderFilterError, toUffdscopeError, type FilterError, type Outcome } from './filter-error.js';
export type { Context } from './fields.js';
export { formatFilter, formatText } from './format.js';
export { narrowFilter, type Cell } from './narrow.js';
export type { MappingColumns } from './rows.js';

const NO_SCREEN = 'there is no screen';
const NO_INSTRUCTIONS = 'instructions are not recorded in this session';

export interface Compiled<Row> {
  readonly test: Test<Row>;
  readonly ast: Filter;
  /** What may surprise, one sentence each: a bare word that looks like a misspelt flag. */
  readonly notes: readonly string[];
}

/** What only a screen can tell; without them @focus and @shown are refused. */
export interface ViewOptions {
  /** Sequence number of the row under the cursor. */
  readonly focus?: () => number | null;
  readonly shown?: (fault: FaultColumns) => boolean;
  /** The rows carry `ip` and `sym`. */
  readonly instructions?: boolean;
  /** Further fields, flags, @selectors and choices (`state=held`) that cannot be used, with the reason. */
  readonly refused?: Readonly<Record<string, string>>;
}

export function parseFilter(text: string, context: Context = 'faults'): Outcome<{ ast: Filter }> {
  return outcome(() => ({ ast: check(parse(text), { context, when: 'later' }) }));
}

/** For views over faults. The empty text takes everything. */
export function compileView(text: string, options: ViewOptions = {}): Outcome<Compiled<FaultColumns>> {
  const { focus, shown, instructions = false } = options;
  const refused = {
    ...(focus === undefined ? { '@focus': NO_SCREEN } : {}),
    ...(shown === undefined ? { '@shown': NO_SCREEN } : {}),
    ...(instructions ? {} : { ip: NO_INSTRUCTIONS, sym: NO_INSTRUCTIONS }),
    ...options.refused,
  };
  const selectors: Selectors<FaultColumns> = {
    focus: focus && ((fault) => fault.seq === focus()),
    shown,
    marked: (fault) => fault.marked,
    held: (fault) => fault.state === 'held',
    waiting: ({ state }) => state === 'held' || state === 'delayed' || state === 'scripted',
  };
  return outcome(() => compile(text, 'faults', selectors, refused));
}

export function compileEvents(text: string): Outcome<Compiled<TargetEvent>> {
  return outcome(() => compile(text, 'events', {}));
}

/** For --range and --plant. */
export function compileMappings(text: string): Outcome<Compiled<MappingColumns>> {
  return outcome(() => compile(text, 'mappings', {}));
}

/** For holds and rules: the program that native/engine/filter_program.h runs. */
export function compileHold(text: string): Outcome<{ program: Uint8Array; ast: Filter; notes: readonly string[] }> {
  return outcome(() => {
    const syntax = parse(text);
    const ast = check(syntax, { context: 'faults', when: 'fault' });
    return { program: toProgram(ast), ast, notes: notesOn(syntax, 'faults') };
  });
}

function compile<C extends Context>(
  text: string,
  context: C,
  selectors: Selectors<Rows[C]>,
  refused: Readonly<Record<string, string>> = {},
): Compiled<Rows[C]> {
  const syntax = parse(text);
  const ast = check(syntax, { context, when: 'later', refused });
  return { test: toJs(ast, context, selectors), ast, notes: notesOn(syntax, context) };
}
