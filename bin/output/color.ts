/** How much colour, decided once a stream: flag over NO_COLOR over FORCE_COLOR over the terminal. */

/** As chalk counts: none, 16, 256, all. */
export type ColorLevel = 0 | 1 | 2 | 3;

export interface ColorFacts {
  /** --color, --no-color, neither. */
  readonly flag: boolean | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
}

export function decideColor({ flag, env, isTerminal }: ColorFacts): ColorLevel {
  if (flag === false) return 0;
  const able = terminalLevel(env);
  if (flag === true) return able || 1;
  if (env['NO_COLOR']) return 0; // no-color.org: set and not empty
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return forced(force, able);
  return isTerminal ? able : 0;
}

function forced(value: string, able: ColorLevel): ColorLevel {
  if (value === '0' || value === 'false') return 0;
  if (value === '2' || value === '3') return value === '2' ? 2 : 3;
  return able || 1;
}

function terminalLevel(env: ColorFacts['env']): ColorLevel {
  const term = env['TERM'] ?? '';
  if (term === 'dumb' || term === '') return 0;
  if (env['COLORTERM'] === 'truecolor' || env['COLORTERM'] === '24bit') return 3;
  return /-256(color)?$/.test(term) ? 2 : 1;
}
