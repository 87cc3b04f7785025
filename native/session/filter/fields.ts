/** Every field, flag and selector of the language, in one table: parser, both compilers, prompt and docs read it. */

export type Context = 'faults' | 'events' | 'mappings';

/** address and size: bytes, k = 1024. count: k = 1000. duration: nanoseconds, a unit is needed. */
export type NumberUnit = 'address' | 'size' | 'count' | 'duration' | 'errno';

/** range: whole name, the part after a colon, either without its [k]. prot: letters that must be there. */
export type TextMatch = 'exact' | 'range' | 'prot';

export interface Choice {
  readonly name: string;
  readonly aliases?: readonly string[];
}

export type FieldType =
  | { readonly kind: 'number'; readonly unit: NumberUnit }
  | { readonly kind: 'choice'; readonly choices: readonly Choice[] }
  | { readonly kind: 'text'; readonly match: TextMatch };

export interface Field {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly context: Context;
  readonly type: FieldType;
  /** null where a hold or rule can use it; else why it cannot. */
  readonly later: string | null;
  readonly doc: string;
  readonly example: string;
}

const number = (unit: NumberUnit): FieldType => ({ kind: 'number', unit });
const text = (match: TextMatch = 'exact'): FieldType => ({ kind: 'text', match });
const choice = (...names: readonly (string | Choice)[]): FieldType => ({
  kind: 'choice',
  choices: names.map((name) => (typeof name === 'string' ? { name } : name)),
});
const also = (name: string, ...aliases: string[]): Choice => ({ name, aliases });

function field(
  context: Context,
  names: string,
  type: FieldType,
  doc: string,
  example: string,
  later: string | null = null,
): Field {
  const [name, ...aliases] = names.split(' ');
  return { name: name!, aliases, context, type, later, doc, example };
}

const UNANSWERED = 'the fault has no answer yet when a hold or rule decides about it';
const NO_INSTRUCTION = "the kernel's message does not say which instruction faulted";

export const FIELDS: readonly Field[] = [
  field(
    'faults',
    'kind',
    choice(also('missing', 'miss'), 'wp', also('minor', 'min')),
    'Why the kernel stopped the thread.',
    'kind=missing',
  ),
  field('faults', 'access rw', choice(also('read', 'r'), also('write', 'w')), 'What the thread wanted to do.', 'rw=w'),
  field(
    'faults',
    'addr',
    number('address'),
    'The address that was touched, as the kernel reports it.',
    'addr in 0x7f0000000000+2M',
  ),
  field('faults', 'page', number('address'), 'Start of the page.', 'page=0x7f0000003000'),
  field('faults', 'off', number('size'), 'Offset of the address in its range; unknown outside every range.', 'off<4k'),
  field(
    'faults',
    'range',
    text('range'),
    'Name of the range: the whole of it, or the part after its colon, with or without [k].',
    'range=cache',
  ),
  field(
    'faults',
    'backing',
    text(),
    'What /proc/PID/maps calls the mapping; empty for anonymous memory.',
    'backing~\\.img$',
  ),
  field(
    'faults',
    'prot',
    text('prot'),
    'Protection as in /proc/PID/maps: letters that must be there, or a prefix with dashes.',
    'prot=rw',
  ),
  field('faults', 'pid', number('count'), 'Process that faulted.', 'pid=4012'),
  field('faults', 'tid', number('count'), 'Thread that faulted.', 'tid in {4012,4015}'),
  field('faults', 'comm', text(), 'Name of that thread.', 'comm~^worker'),
  field('faults', 't time', number('duration'), 'Time since attach when the message was read.', 't>30s'),
  field('faults', 'seq', number('count'), 'Number of the fault in this session.', 'seq>=4900'),
  field('faults', 'hits', number('count'), 'How often this page has faulted, this time included.', 'hits>=3'),
  field(
    'faults',
    'ip',
    number('address'),
    'Instruction that faulted, where it is recorded.',
    'ip in 0x401000-0x402000',
    NO_INSTRUCTION,
  ),
  field('faults', 'sym', text(), 'Symbol of that instruction, where it is recorded.', 'sym~memcpy', NO_INSTRUCTION),
  field(
    'faults',
    'state',
    choice('unread', 'read', 'held', also('delayed', 'delay'), 'scripted', 'resolved', 'failed', 'gone'),
    'Where the fault stands now.',
    'state=failed',
    'every fault is in state read when a hold or rule decides about it',
  ),
  field(
    'faults',
    'action',
    choice('copy', 'zero', also('continue', 'cont'), 'unprotect', 'poison', 'wake', 'pass'),
    'How it was answered.',
    'action=copy',
    UNANSWERED,
  ),
  field(
    'faults',
    'by',
    text(),
    'Who answered it: operator, default, rule:ID, script:NAME, handler, keeper.',
    'by=operator',
    UNANSWERED,
  ),
  field('faults', 'rule', text(), 'Rule that answered it, by its number.', 'rule=3', UNANSWERED),
  field('faults', 'lat', number('duration'), 'From read to answer; unknown while it waits.', 'lat>1ms', UNANSWERED),
  field(
    'faults',
    'age',
    number('duration'),
    'How long it has waited, or waited until its answer.',
    'age>1s',
    'every fault is of age 0 when a hold or rule decides about it',
  ),
  field(
    'faults',
    'errno',
    number('errno'),
    'Error of the last try to answer it; 0 when there was none.',
    'errno=EEXIST',
    UNANSWERED,
  ),
  field(
    'events',
    'ev',
    choice(
      'fork',
      'remap',
      'remove',
      'unmap',
      'exec',
      'exit',
      'attach',
      'detach',
      'arm',
      'disarm',
      'hold',
      'rule',
      'lost',
      'register',
      'note',
    ),
    'What happened.',
    'ev=fork',
  ),
  field('events', 'pid', number('count'), 'Process it happened to.', 'pid=4012'),
  field('events', 't time', number('duration'), 'Time since attach.', 't<1s'),
  field(
    'mappings',
    'name',
    text('range'),
    'Name of the mapping: the whole of it, or the part after its colon, with or without [k].',
    'name=heap',
  ),
  field('mappings', 'size', number('size'), 'Its length.', 'size>=1M'),
  field('mappings', 'file', text(), 'Path of the file behind it; without a value: any file.', 'file~\\.so'),
  field(
    'mappings',
    'prot',
    text('prot'),
    'Protection as in /proc/PID/maps: letters that must be there, or a prefix with dashes.',
    'prot=rw',
  ),
];

/** The field of this name or alias in a context. */
export function findField(context: Context, name: string): Field | undefined {
  const wanted = name.toLowerCase();
  return FIELDS.find((f) => f.context === context && (f.name === wanted || f.aliases.includes(wanted)));
}

/** The canonical name of a choice, by name or alias, whatever its case. */
export function findChoice(type: FieldType & { kind: 'choice' }, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return type.choices.find((c) => c.name === wanted || c.aliases?.includes(wanted))?.name;
}
