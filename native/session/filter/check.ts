/** Syntax to a typed filter: fields, units, choices, and what is known when. Throws FilterFault. */
import type { Filter, RawValue, Syntax, Compare } from './ast.js';
import { checkPattern } from './pattern-syntax.js';
import { FilterFault, quoted, type Span } from './filter-error.js';
import { FIELDS, findChoice, findField, type Context, type Field, type FieldType } from './fields.js';
import { FLAGS, SELECTORS, findWord, type Word } from './words.js';
import { nearest } from './suggest.js';
import { readInterval } from './values.js';

type Test = Syntax & { type: 'test' };

export interface CheckOptions {
  readonly context: Context;
  /** 'fault': only what the engine knows when it decides, for holds and rules. */
  readonly when: 'fault' | 'later';
  /** Fields, flags, @selectors and choices (`state=held`) that cannot be used here, with the reason. */
  readonly refused?: Readonly<Record<string, string>>;
}

export function check(syntax: Syntax, options: CheckOptions): Filter {
  switch (syntax.type) {
    case 'all':
      return { type: 'all' };
    case 'and':
    case 'or': {
      // An item that desugars to the same joiner (anon>=1M) melts into this one.
      const items = syntax.items.map((item) => check(item, options));
      return { type: syntax.type, items: items.flatMap((i) => (i.type === syntax.type ? i.items : [i])) };
    }
    case 'not':
      return { type: 'not', item: check(syntax.item, options) };
    case 'selector': {
      const selector = findWord(SELECTORS, options.context, syntax.name);
      if (selector === undefined) {
        const known = SELECTORS.filter((s) => s.context === options.context).map((s) => `@${s.name}`);
        throw unknown(`no selector ${quoted(`@${syntax.name}`)}`, syntax, nearest(`@${syntax.name}`, known), known);
      }
      refuse(selector, `@${selector.name}`, syntax, options);
      return selector.name === 'all' ? { type: 'all' } : { type: 'selector', name: selector.name };
    }
    case 'name':
      return checkName(syntax, options);
    case 'test':
      return checkTest(syntax, options);
  }
}

function checkName(syntax: Syntax & { type: 'name' }, options: CheckOptions): Filter {
  if (syntax.quoted) return { type: 'word', text: syntax.text };
  const flag = findWord(FLAGS, options.context, syntax.text);
  if (flag !== undefined) {
    refuse(flag, flag.name, syntax, options);
    return { type: 'flag', name: flag.name };
  }
  const field = findField(options.context, syntax.text);
  if (field !== undefined)
    throw new FilterFault(`${field.name} needs an operator and a value, as in ${field.example}`, syntax, field.example);
  return { type: 'word', text: syntax.text };
}

function checkTest(test: Test, options: CheckOptions): Filter {
  const { field: name, op } = test;
  const sugar = options.context === 'mappings' && isOrder(op) && findWord(FLAGS, 'mappings', name.text);
  if (sugar) {
    const size = checkTest({ ...test, field: { ...name, text: 'size' } }, options);
    return { type: 'and', items: [{ type: 'flag', name: sugar.name }, size] };
  }
  const field = name.quoted ? undefined : findField(options.context, name.text);
  if (field === undefined) throw unknownField(name, options.context);
  refuse(field, field.name, name, options);
  switch (field.type.kind) {
    case 'number':
      return checkNumber(test, field, field.type);
    case 'choice':
      return checkChoice(test, field, field.type, options);
    case 'text':
      return checkText(test, field, field.type);
  }
}

function checkNumber(test: Test, field: Field, type: FieldType & { kind: 'number' }): Filter {
  if (test.op === '~') throw new FilterFault(`${field.name} is a number; ~ is for text`, test, field.example);
  const values = test.values.map((value) => readInterval(value, type.unit));
  if (isOrder(test.op) && (values.length !== 1 || values[0]!.lo !== values[0]!.hi))
    throw new FilterFault(`${test.op} compares with one number; use = or in for several`, test);
  return { type: 'number', field: field.name, op: compare(test.op), values };
}

function checkChoice(test: Test, field: Field, type: FieldType & { kind: 'choice' }, options: CheckOptions): Filter {
  if (isOrder(test.op) || test.op === '~')
    throw new FilterFault(`${field.name} is one of a few words; ${test.op} does not go with it`, test, field.example);
  const values = test.values.map((value) => {
    const found = findChoice(type, value.text);
    if (found !== undefined) {
      refuseName(`${field.name}=${found}`, value, options);
      return found;
    }
    const names = type.choices.map((c) => c.name);
    const near = nearest(
      value.text,
      type.choices.flatMap((c) => [c.name, ...(c.aliases ?? [])]),
    );
    throw unknown(`${quoted(value.text)} is no ${field.name}`, value, near && findChoice(type, near)!, names);
  });
  return { type: 'choice', field: field.name, op: equality(test.op), values };
}

function checkText(test: Test, field: Field, type: FieldType & { kind: 'text' }): Filter {
  if (isOrder(test.op))
    throw new FilterFault(`${field.name} is text; ${test.op} does not go with it`, test, field.example);
  if (test.op === '~') {
    if (test.values.length !== 1) throw new FilterFault('~ takes one pattern; write its alternatives as "a|b"', test);
    checkPattern(test.values[0]!);
    return { type: 'pattern', field: field.name, source: test.values[0]!.text };
  }
  const values = test.values.map((value) => (type.match === 'prot' ? checkProt(value) : value.text));
  return { type: 'text', field: field.name, op: equality(test.op), values };
}

function checkProt(value: RawValue): string {
  const prot = value.text.toLowerCase();
  const whole = /^[r-]([w-]([x-][ps]?)?)?$/.test(prot) && prot.includes('-');
  if (!whole && !/^[rwxps]+$/.test(prot))
    throw new FilterFault(
      `${quoted(value.text)} is no protection; write letters of rwxps, or a form such as r-x or rw-p`,
      value,
    );
  return prot;
}

function isOrder(op: string): boolean {
  return op === '<' || op === '<=' || op === '>' || op === '>=';
}

function compare(op: Test['op']): Compare {
  return op === 'in' || op === '~' ? '=' : op;
}

function equality(op: Test['op']): '=' | '!=' {
  return op === '!=' ? '!=' : '=';
}

function refuse(what: Field | Word, name: string, span: Span, options: CheckOptions): void {
  if (options.when === 'fault' && what.later !== null)
    throw new FilterFault(`${name} cannot be used in a hold or rule: ${what.later}`, span);
  refuseName(name, span, options);
}

function refuseName(name: string, span: Span, { refused }: CheckOptions): void {
  if (refused !== undefined && Object.hasOwn(refused, name))
    throw new FilterFault(`${name} cannot be used here: ${refused[name]}`, span);
}

function unknownField(name: RawValue, context: Context): FilterFault {
  const elsewhere = FIELDS.find((f) => f.context !== context && f.name === name.text.toLowerCase());
  if (elsewhere !== undefined)
    return new FilterFault(`${elsewhere.name} is a field of ${elsewhere.context}, not of ${context}`, name);
  const here = FIELDS.filter((f) => f.context === context);
  const near = nearest(
    name.text,
    here.flatMap((f) => [f.name, ...f.aliases]),
  );
  return unknown(
    `no field ${quoted(name.text)}`,
    name,
    near,
    here.map((f) => f.name),
  );
}

function unknown(what: string, span: Span, near: string | null, known: readonly string[]): FilterFault {
  const rest = near === null ? `; there are ${known.join(', ')}` : `; did you mean ${near}?`;
  return new FilterFault(what + rest, span, near);
}
