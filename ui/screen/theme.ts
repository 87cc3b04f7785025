/** What each part of the screen looks like, as SGR parameters. Meaning is always in a word or a glyph as well. */

export const ROLES = [
  'plain', 'dim', 'strong', 'title', 'frame', 'frameFocus', 'label', 'key', 'off', 'selected', 'marked', 'held',
  'warn', 'alarm', 'ok', 'error', 'address', 'missing', 'wp', 'minor', 'write', 'edited', 'faulting', 'match', 'badge',
] as const; // prettier-ignore

export type Role = (typeof ROLES)[number];
export type ThemeName = 'ansi' | 'truecolor' | 'mono' | 'dumb';
export type Theme = Readonly<Record<Role, string>>;

/** The terminal's own sixteen colours, so that it fits whatever its owner chose. */
const ANSI: Theme = {
  plain: '',
  dim: '2',
  strong: '1',
  title: '1',
  frame: '2',
  frameFocus: '1;32',
  label: '2',
  key: '1;36',
  off: '2',
  selected: '7',
  marked: '1;35',
  held: '1;33',
  warn: '33',
  alarm: '1;31',
  ok: '32',
  error: '31',
  address: '36',
  missing: '34',
  wp: '35',
  minor: '36',
  write: '33',
  edited: '1;33',
  faulting: '1;4',
  match: '30;43',
  badge: '1;7',
};

const TRUECOLOR: Theme = {
  ...ANSI,
  dim: '38;2;128;134;150',
  frame: '38;2;84;90;106',
  frameFocus: '1;38;2;126;200;140',
  label: '38;2;128;134;150',
  key: '1;38;2;110;190;220',
  off: '38;2;100;104;118',
  marked: '1;38;2;200;140;220',
  held: '1;38;2;240;200;100',
  warn: '38;2;236;186;96',
  alarm: '1;38;2;244;112;104',
  ok: '38;2;126;200;140',
  error: '38;2;236;110;104',
  address: '38;2;120;190;210',
  missing: '38;2;120;160;230',
  wp: '38;2;200;140;220',
  minor: '38;2;110;190;190',
  write: '38;2;236;186;96',
  edited: '1;38;2;240;200;100',
  match: '38;2;20;20;24;48;2;236;186;96',
};

/** No colour: bold, dim, underline and reverse only. */
const MONO: Theme = {
  ...(Object.fromEntries(ROLES.map((role) => [role, ''])) as Theme),
  dim: '2',
  strong: '1',
  title: '1',
  frame: '2',
  frameFocus: '1',
  label: '2',
  key: '1',
  off: '2',
  selected: '7',
  marked: '1',
  held: '1',
  alarm: '1',
  error: '1',
  edited: '1;4',
  faulting: '1;4',
  match: '7',
  badge: '1;7',
};

const DUMB = Object.fromEntries(ROLES.map((role) => [role, ''])) as Theme;

export const THEMES: Readonly<Record<ThemeName, Theme>> = { ansi: ANSI, truecolor: TRUECOLOR, mono: MONO, dumb: DUMB };

export type ColorFlag = 'auto' | 'always' | 'never';

/** Flag over NO_COLOR over FORCE_COLOR over TERM. */
export function chooseTheme(flag: ColorFlag, env: NodeJS.ProcessEnv, wanted: 'ansi' | 'truecolor' = 'ansi'): ThemeName {
  if (env['TERM'] === 'dumb') return 'dumb';
  if (flag === 'never') return 'mono';
  if (flag === 'always') return wanted;
  if (env['NO_COLOR']) return 'mono';
  if (env['FORCE_COLOR'] === '0') return 'mono';
  return wanted;
}

/** What chalk may use, for all that ink draws itself. */
export function chalkLevel(theme: ThemeName): 0 | 1 | 3 {
  return theme === 'truecolor' ? 3 : theme === 'ansi' ? 1 : 0;
}
