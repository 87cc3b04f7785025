/** What the operator has set on the screen; all of it in the one store. */
import type { Layout, PaneId, Shape } from '../layout.js';
import type { ThemeName } from '../screen/theme.js';

export interface State {
  readonly columns: number;
  readonly rows: number;
  readonly focus: PaneId;
  readonly main: PaneId;
  readonly shape: Shape;
  readonly zoom: boolean;
  readonly hints: boolean;
  /** A recording is shown: there is a row for its time. */
  readonly timed: boolean;
  readonly tabs: Readonly<Record<PaneId, number>>;
  readonly theme: ThemeName;
  /** The one line that says what a held fault waits for: shown with the first of a session, until something is done. */
  readonly firstHeld: 'not yet' | 'done' | { readonly seq: number };
  /** Handing back; the screen shows it until the target is free. */
  readonly leaving: boolean;
  /** Counts changes of what is kept outside the store (faults, dialogs, caches). */
  readonly revision: number;
}

export function initialState(columns: number, rows: number, theme: ThemeName): State {
  return {
    columns,
    rows,
    focus: 4,
    main: 4,
    shape: 'auto',
    zoom: false,
    hints: true,
    timed: false,
    tabs: { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 },
    theme,
    firstHeld: 'not yet',
    leaving: false,
    revision: 0,
  };
}

/** Panes that are on the screen now. */
export function visiblePanes(layout: Layout): PaneId[] {
  return layout.kind === 'small' ? [] : (Object.keys(layout.panes).map(Number) as PaneId[]);
}
