/** What has the keys, and whether a command may run. */

/**
 * `rules` and `scripts` are the tabs of that pane, `recording` is any pane of a recording: they fall back to `panes`.
 * `list` is any dialog with rows; `typing` any line that is typed, where plain characters are text.
 */
export const MODES = ['panes', 'rules', 'scripts', 'recording', 'picker', 'list', 'question', 'typing', 'hex'] as const;
export type Mode = (typeof MODES)[number];

/** A key that means nothing there means what it means in the panes. */
export function fallsBack(mode: Mode): boolean {
  return mode === 'rules' || mode === 'scripts' || mode === 'recording';
}

export type Verdict = { readonly ok: true } | { readonly ok: false; readonly reason: string };
export const OK: Verdict = { ok: true };
export function no(reason: string): Verdict {
  return { ok: false, reason };
}

export const GROUPS = [
  'Moving', 'Panes', 'Time', 'Holding', 'Answering', 'Marks', 'Looking', 'Rules and scripts', 'Hex editor', 'Dialogs', 'Session',
] as const; // prettier-ignore
export type Group = (typeof GROUPS)[number];
/** What takes part needs a target. */
export const TAKES_PART: ReadonlySet<Group> = new Set(['Holding', 'Answering', 'Rules and scripts']);

export const PANES_ONLY: readonly Mode[] = ['panes'];
export const BROWSING: readonly Mode[] = ['panes', 'picker', 'list'];
export const MOVING: readonly Mode[] = ['panes', 'picker', 'list', 'hex'];
export const EVERYWHERE: readonly Mode[] = MODES.filter((mode) => !fallsBack(mode));

export interface Binding {
  readonly key: string;
  readonly modes: readonly Mode[];
}

/** `on(['panes'], 'a', 'b')`: these keys in these modes. */
export function on(modes: readonly Mode[], ...keys: readonly string[]): Binding[] {
  return keys.map((key) => ({ key, modes }));
}
