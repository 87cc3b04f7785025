/** What a configuration file may say, one entry a field: its check, and its words for the reference. */
import { DEFAULT_ANSWERS, THEMES } from '../attach-flags.js';
import { GRANULARITIES, parseDuration, parseGranularity, usage } from '../flags.js';
import { EVENT_FORMATS } from '../output/event-lines.js';

export interface Field<T> {
  /** What to write: `true or false`. */
  readonly shape: string;
  readonly about: string;
  /** @throws Error when it is not of that shape; the sentence comes from `shape`. */
  read(value: unknown): T;
}

const choice = <const T extends readonly string[]>(choices: T, about: string): Field<T[number]> => ({
  shape: `one of ${choices.map((one) => `"${one}"`).join(', ')}`,
  about,
  read: (value) => choices.find((one) => one === value) ?? wrong(),
});

const flag = (about: string): Field<boolean> => ({
  shape: 'true or false',
  about,
  read: (value) => (typeof value === 'boolean' ? value : wrong()),
});

const text = (shape: string, about: string, check: (value: string) => unknown): Field<string> => ({
  shape,
  about,
  read(value) {
    if (typeof value !== 'string') return wrong();
    check(value);
    return value;
  },
});

// `source` is missing on purpose: a file may not name where bytes come from.
const ANSWERS = DEFAULT_ANSWERS.filter((answer) => answer !== 'source');

const KEYS: Field<Readonly<Record<string, string | readonly string[]>>> = {
  shape: 'an object of command names, each with a key or a list of keys: {"fault.zero": "Z"}',
  about: 'other keys for commands; names and keys as in keys.md; an empty list takes a key away',
  read(value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong();
    for (const keys of Object.values(value)) {
      const list: unknown[] = Array.isArray(keys) ? keys : [keys];
      if (!list.every((key) => typeof key === 'string' && key !== '')) return wrong();
    }
    return value as Record<string, string | readonly string[]>;
  },
};

export const FIELDS = {
  theme: choice(THEMES, 'colours of the screen, as --theme'),
  color: choice(['always', 'never', 'auto'], 'colour, as --color and --no-color'),
  ascii: flag('draw with ASCII only, as --ascii'),
  mouse: flag('false: leave the mouse to the terminal, as --no-mouse'),
  default: choice(
    ANSWERS,
    'what a fault gets that nothing else takes, as --default, where a flag or a key lets us take part',
  ),
  maxHold: text('a time such as "500ms"', 'as --max-hold', (value) => parseDuration(value, 'maxHold')),
  granularity: text(`one of ${Object.keys(GRANULARITIES).join(', ')}`, 'as --granularity', parseGranularity),
  output: choice(EVENT_FORMATS, 'form of the lines of --headless, as -o'),
  keys: KEYS,
} as const satisfies Record<string, Field<unknown>>;

type FieldName = keyof typeof FIELDS;
export type Config = { readonly [Name in FieldName]?: ReturnType<(typeof FIELDS)[Name]['read']> };

function wrong(): never {
  throw usage('not of that shape');
}
