/**
 * What the parts of the screen know of one another. Views, commands and behaviour all work on the one `App`, which
 * holds them: so each imports its face from here, and only ui/app/app.ts imports them.
 */
import type { DetachSummary, Session } from '../native/session/types.js';
import type { ScriptRow } from '../native/session/script/scripts.js';
import type { Candidate } from '../native/session/discover/candidates.js';
import type { ScreenEnd } from './app/end.js';
import type { Overlays } from './app/overlays.js';
import type { Binding, Group, Mode, Verdict } from './commands/modes.js';
import type { Layout, PaneId } from './layout.js';
import type { Answerer } from './model/answerers.js';
import type { Loaded } from './model/bytes.js';
import type { PickerSource } from './model/picker.js';
import type { State } from './model/state.js';
import type { Message } from './model/toasts.js';
import type { Watch } from './model/watch.js';
import type { Paint } from './screen/paint.js';
import type { Screen } from './screen/screen.js';
import type { ThemeName } from './screen/theme.js';
import type { Store } from './store.js';
import type { View } from './views/view.js';

/** The screen at work: who holds what. */
export interface App {
  readonly options: AppOptions;
  readonly screen: Screen;
  readonly store: Store<State>;
  readonly overlays: Overlays;
  readonly keymap: Keys;
  readonly ended: Promise<ScreenEnd>;
  /** Lines typed before, newest first, by kind of prompt. */
  readonly history: Map<string, string[]>;
  readonly paint: Paint;
  readonly state: State;
  readonly layout: Layout;
  readonly mode: Mode;
  readonly over: boolean;
  readonly watch: Watch | null;
  /** The attachment; commands that need one are only enabled with it. */
  readonly at: Watch;
  readonly panes: Panes | null;
  readonly picker: Picker | null;
  /** The list that the session was chosen from: q goes back to it. */
  list: Picker | null;
  /** What is being attached to, before there is a session. */
  attaching: Pending | null;
  /** Bytes searched for last. */
  needle: Uint8Array | null;
  /** What moving moves: the dialog in front, the picker, or the pane with the focus. */
  readonly view: View | null;
  readonly message: Message | null;

  pane(id?: PaneId): View | null;
  set(patch: Partial<State>): void;
  /** Something outside the store changed. */
  touch(): void;
  watchSession(session: Session): void;
  /** Nothing is attached any more: the list that it was chosen from is in front again. */
  showList(list: Picker): void;
  /** One line above the hints; seen before the next one takes its place. */
  say(text: string, kind?: Message['kind'], forMs?: number): void;
  hush(): void;
  /** A refusal or failure that the operator caused: said, and kept in the log. Anything else is a fault of ours. */
  fail(error: unknown): void;
  /** Run what a key or a line asked for. */
  attempt(work: () => void | Promise<void>): void;
  yank(text: string, what: string): void;
  setTheme(theme: ThemeName): void;
  /** The end, once; the screen is closed by whoever awaits `ended`. */
  finish(end: Partial<ScreenEnd> & Pick<ScreenEnd, 'reason'>, summary?: DetachSummary | null): void;
  /** Release, detach, end. A second call does not wait: the keeper hands back what is left. */
  leave(end: Partial<ScreenEnd> & Pick<ScreenEnd, 'reason'>): Promise<void>;
}

export interface AppOptions {
  readonly theme: ThemeName;
  readonly ascii: boolean;
  readonly keymap: Keys;
  readonly mouse: boolean;
}

/** A session that is on its way. */
export interface Pending {
  readonly what: string;
  readonly doing: string;
  readonly saying: string;
  readonly settled: Promise<void>;
}

/** Keys to commands. */
export interface Keys {
  readonly commands: readonly Command[];
  find(key: string, mode: Mode): Command | null;
  keysOf(name: string): readonly string[];
  command(name: string): Command | null;
}

/** What may follow the name at the `:` prompt. */
export type ArgumentKind = 'filter' | 'hold' | 'rule' | 'duration' | 'source' | 'file' | 'moment' | 'text';

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

/** The views of each pane, in the order of their tabs. */
export interface Panes extends Readonly<Record<PaneId, readonly View[]>> {
  readonly rules: View & {
    readonly focused: Answerer | null;
    /** To the rule of this id, once it stands there. */
    focusOn(id: number): void;
  };
  readonly scripts: View & {
    readonly focused: ScriptRow | null;
    focusOn(id: number): void;
  };
  readonly bytes: View & {
    readonly loaded: Loaded | null;
    /** Go to the next place of these bytes; false when they are not there. */
    search(needle: Uint8Array, direction: 1 | -1): boolean;
  };
}

/** The list of processes. */
export interface Picker extends View {
  readonly source: PickerSource;
  readonly focused: Candidate | null;
  readonly filter: string;
  refresh(): Promise<void>;
  /** True the second time within a while: one stroke too many on the way back must not end the program. */
  leaveAsked(): boolean;
  stop(): void;
  /** Show only processes whose pid, name or command line holds this. */
  show(text: string): void;
  matching(text: string): number;
}
