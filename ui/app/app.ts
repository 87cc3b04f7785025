/** The screen at work: who holds what. Behaviour stands in the files beside this one. */
import type { DetachSummary, Session } from '../../native/session/types.js';
import { UffdscopeError } from '../../native/session/errors.js';
import type { Mode } from '../commands/modes.js';
import type { App, AppOptions, Keys, Panes, Pending, Picker } from '../faces.js';
import { layout, type Layout, type PaneId } from '../layout.js';
import { initialState, type State } from '../model/state.js';
import { Toasts, type Message } from '../model/toasts.js';
import { Watch } from '../model/watch.js';
import { clipboardSequence } from '../screen/terminal-modes.js';
import { cellWidth } from '../screen/cells.js';
import { Paint } from '../screen/paint.js';
import type { Screen } from '../screen/screen.js';
import type { ThemeName } from '../screen/theme.js';
import { createStore, type Store } from '../store.js';
import { makePanes } from '../views/panes.js';
import { TextDialog } from '../views/text-dialog.js';
import type { View } from '../views/view.js';
import type { ScreenEnd } from './end.js';
import { Overlays } from './overlays.js';
import { hearScripts } from './script-notes.js';

const MESSAGE_MS = 6000;

export class ScreenApp implements App {
  readonly store: Store<State>;
  readonly overlays = new Overlays(() => this.touch());
  readonly keymap: Keys;
  readonly ended: Promise<ScreenEnd>;
  /** Lines typed before, newest first, by kind of prompt. */
  readonly history = new Map<string, string[]>();
  paint: Paint;
  watch: Watch | null = null;
  panes: Panes | null = null;
  picker: Picker | null = null;
  /** The list that the session was chosen from: q goes back to it. */
  list: Picker | null = null;
  /** What is being attached to, before there is a session. */
  attaching: Pending | null = null;
  /** Bytes searched for last. */
  needle: Uint8Array | null = null;
  readonly #toasts = new Toasts();
  #layout: { readonly state: State; readonly value: Layout } | null = null;
  #resolve: (end: ScreenEnd) => void = () => undefined;
  #over = false;
  /** No more of the scripts of this session. */
  #deaf: () => void = () => undefined;

  constructor(
    readonly screen: Screen,
    readonly options: AppOptions,
  ) {
    this.keymap = options.keymap;
    this.paint = new Paint(options.theme, options.ascii);
    this.store = createStore(initialState(screen.columns, screen.rows, options.theme));
    this.ended = new Promise((resolve) => (this.#resolve = resolve));
  }

  get state(): State {
    return this.store.get();
  }

  set(patch: Partial<State>): void {
    this.store.set(patch);
  }

  /** Something outside the store changed. */
  touch(): void {
    this.set({ revision: this.state.revision + 1 });
  }

  get layout(): Layout {
    const state = this.state;
    if (this.#layout?.state !== state) this.#layout = { state, value: layout(state.columns, state.rows, state) };
    return this.#layout.value;
  }

  /** The attachment; commands that need one are only enabled with it. */
  get at(): Watch {
    if (this.watch === null) throw new Error('nothing is attached');
    return this.watch;
  }

  watchSession(session: Session): void {
    this.watch = new Watch(session, () => this.touch());
    this.panes = makePanes(this);
    this.picker = null;
    // Nobody waits in a recording for what is done here.
    if (this.watch.player) this.set({ timed: true, firstHeld: 'done' });
    this.#deaf();
    this.#deaf = hearScripts(this);
    this.touch();
  }

  /** Nothing is attached any more: the list that it was chosen from is in front again. */
  showList(list: Picker): void {
    const { columns, rows, theme, hints, shape } = this.state;
    this.#deaf();
    this.watch = null;
    this.panes = null;
    this.list = null;
    this.picker = list;
    this.needle = null;
    this.set({ ...initialState(columns, rows, theme), hints, shape, revision: this.state.revision + 1 });
  }

  get mode(): Mode {
    const front = this.overlays.front;
    if (front) return front.mode;
    if (this.watch === null) return 'picker';
    if (this.watch.player) return 'recording';
    if (this.state.focus !== 2) return 'panes';
    return this.state.tabs[2] === 0 ? 'rules' : 'scripts';
  }

  pane(id: PaneId = this.state.focus): View | null {
    return this.panes?.[id][this.state.tabs[id]] ?? null;
  }

  /** What moving moves: the dialog in front, the picker, or the pane with the focus. */
  get view(): View | null {
    return this.overlays.front ?? this.picker ?? this.pane();
  }

  say(text: string, kind: Message['kind'] = 'info', forMs = MESSAGE_MS): void {
    this.#toasts.say({ text, kind, forMs });
    this.touch();
  }

  get message(): Message | null {
    return this.#toasts.now;
  }

  hush(): void {
    this.#toasts.clear();
    this.touch();
  }

  /** What is said has been painted. */
  painted(): void {
    this.#toasts.painted(performance.now());
  }

  tick(now: number): void {
    if (this.#toasts.tick(now)) this.touch();
  }

  /** A refusal or failure that the operator caused: said, and kept in the log. Anything else is a fault of ours. */
  fail(error: unknown): void {
    if (!(error instanceof UffdscopeError)) {
      this.finish({ reason: 'error', error });
      return;
    }
    const text = error.hint === '' ? error.message : `${error.message} ${error.hint}`;
    this.watch?.note(false, text);
    // A hint may be a whole command line: it is shown in full.
    if (cellWidth(text) < this.state.columns) this.say(text, 'error', MESSAGE_MS * 2);
    else this.overlays.open(new TextDialog(this, 'Not done', [error.message, '', error.hint]));
  }

  /** Run what a key or a line asked for. */
  attempt(work: () => void | Promise<void>): void {
    try {
      work()?.then(
        () => this.#look(),
        (error: unknown) => this.fail(error),
      );
      this.#look();
    } catch (error) {
      this.fail(error);
    }
  }

  /** What was done is seen at once, not at the next tick; and the next key decides by what is so now. */
  #look(): void {
    if (this.over) return;
    this.watch?.poll();
    this.touch();
  }

  yank(text: string, what: string): void {
    this.screen.send(clipboardSequence(text));
    this.say(`${what} is on the clipboard, if this terminal allows it (OSC 52)`, 'ok');
  }

  setTheme(theme: ThemeName): void {
    this.paint = new Paint(theme, this.options.ascii);
    this.screen.invalidate();
    this.set({ theme });
  }

  get over(): boolean {
    return this.#over;
  }

  /** The end, once; the screen is closed by whoever awaits `ended`. */
  finish(end: Partial<ScreenEnd> & Pick<ScreenEnd, 'reason'>, summary: DetachSummary | null = null): void {
    if (this.#over) return;
    this.#over = true;
    this.#resolve({ signal: null, error: null, summary, session: this.watch?.session ?? null, ...end });
  }

  /** Release, detach, end. A second call does not wait: the keeper hands back what is left. */
  async leave(end: Partial<ScreenEnd> & Pick<ScreenEnd, 'reason'>): Promise<void> {
    if (this.state.leaving || (this.watch === null && this.attaching === null)) {
      this.finish(end);
      return;
    }
    this.set({ leaving: true });
    if (this.watch === null) {
      await this.attaching?.settled; // it sees that we leave, and hands back
      this.finish(end);
      return;
    }
    try {
      this.finish(end, await this.watch.session.detach());
    } catch (error) {
      this.finish({ reason: 'error', error });
    }
  }
}
