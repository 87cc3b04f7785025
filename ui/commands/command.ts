/** What a command is, and when its keys mean it. */
import type { App } from '../app/app.js';

/**
 * What has the keys. `rules` is the Rules pane and falls back to `panes`; `list` is any dialog with rows; `typing` any
 * line that is typed, where plain characters are text.
 */
export const MODES = ['panes', 'rules', 'picker', 'list', 'question', 'typing', 'hex'] as const;
export type Mode = (typeof MODES)[number];

export type Verdict = { readonly ok: true } | { readonly ok: false; readonly reason: string };
export const OK: Verdict = { ok: true };
export function no(reason: string): Verdict {
  return { ok: false, reason };
}

export const GROUPS = [
  'Moving', 'Panes', 'Holding', 'Answering', 'Marks', 'Looking', 'Rules and scripts', 'Hex editor', 'Dialogs', 'Session',
] as const; // prettier-ignore
export type Group = (typeof GROUPS)[number];

export interface Binding {
  readonly key: string;
  readonly modes: readonly Mode[];
}

/** What may follow the name at the `:` prompt. */
export type ArgumentKind = 'filter' | 'hold' | 'duration' | 'source' | 'file' | 'text';

export interface Command {
  /** `group.verb`, for the prompt, the palette and the configuration. */
  readonly name: string;
  readonly bindings: readonly Binding[];
  /** A word or two, for hint bars. */
  readonly title: string;
  /** What it would do just now, where that is not always the same. */
  readonly titleNow?: (app: App) => string;
  /** One sentence. */
  readonly help: string;
  readonly group: Group;
  readonly argument?: { readonly kind: ArgumentKind; readonly example: string; readonly required: boolean };
  /** A dialog follows, but not at once: what is typed meanwhile is meant for it. */
  readonly opens?: boolean;
  /** Greyed, with the reason, where it is not ok. */
  readonly enabled?: (app: App) => Verdict;
  readonly run: (app: App, argument: string | null) => void | Promise<void>;
}

/** `on(['panes'], 'a', 'b')`: these keys in these modes. */
export function on(modes: readonly Mode[], ...keys: readonly string[]): Binding[] {
  return keys.map((key) => ({ key, modes }));
}

export const PANES_ONLY: readonly Mode[] = ['panes'];
export const BROWSING: readonly Mode[] = ['panes', 'picker', 'list'];
export const MOVING: readonly Mode[] = ['panes', 'picker', 'list', 'hex'];
export const EVERYWHERE: readonly Mode[] = MODES.filter((mode) => mode !== 'rules');
