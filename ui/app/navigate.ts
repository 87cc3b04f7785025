/** Where the keys go, and what the list of faults shows. */
import { compileView, toUffdscopeError } from '../../native/session/filter/index.js';
import type { FaultColumns } from '../../native/session/types.js';
import type { PaneId } from '../layout.js';
import type { ViewFilter } from '../model/fault-list.js';
import type { App } from '../faces.js';

/** Give a pane the focus, and show one of its tabs. */
export function goTo(app: App, pane: PaneId, tab = app.state.tabs[pane]): void {
  const { main, tabs } = app.state;
  app.set({ focus: pane, main: pane === 5 ? main : pane, tabs: { ...tabs, [pane]: tab } });
}

export function zoom(app: App, on: boolean): void {
  app.set({ zoom: on });
}

/** Show only what the filter takes; '' shows all. @throws UffdscopeError FILTER */
export function filterView(app: App, text: string): void {
  if (text === app.at.list.filter?.text) return;
  setFilter(app, text.trim() === '' ? null : compile(app, text));
}

export function setFilter(app: App, filter: ViewFilter | null): void {
  const { list } = app.at;
  list.filter = filter;
  list.apply();
  app.touch();
}

function compile(app: App, text: string): ViewFilter {
  const compiled = compileFor(app, text);
  if (!compiled.ok) throw toUffdscopeError(text, compiled.error);
  return { text, test: compiled.test };
}

/** With what only this screen knows: the row in focus and the rows shown now. */
export function compileFor(app: App, text: string): ReturnType<typeof compileView> {
  const { list } = app.at;
  const now = list.filter?.test;
  return compileView(text, {
    focus: () => list.focusSeq,
    shown: (fault: FaultColumns) => now === undefined || now(fault),
  });
}
