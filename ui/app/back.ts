/** esc and q: close what is in front, else undo the last change of the view; q leaves where nothing is left to undo. */
import { plural } from '../rows/format.js';
import type { App } from '../faces.js';
import { ask } from './dialogs.js';
import { goTo, setFilter } from './navigate.js';
import { backToList } from './picking.js';

/** What esc or q does now, for hint bars. */
export function backWord(app: App): 'close' | 'back' | 'to the list' | 'twice quits' | 'quit' {
  if (app.overlays.front) return 'close';
  if (app.watch === null) return app.picker?.filter === '' ? 'twice quits' : 'back';
  const { list } = app.watch;
  const { zoom, focus, tabs } = app.state;
  if (list.anchor !== null || zoom || focus !== 4 || tabs[4] !== 0 || list.filter !== null) return 'back';
  return app.list === null ? 'quit' : 'to the list';
}

/** False where there is nothing to go back from. */
export function stepBack(app: App): boolean {
  const { front } = app.overlays;
  if (front) front.cancel();
  else if (app.watch === null) {
    if (app.picker === null || app.picker.filter === '') return false;
    app.picker.show('');
  } else if (app.watch.list.anchor !== null) {
    app.watch.list.anchor = null;
    app.say('no range of marks');
  } else if (app.state.zoom) app.set({ zoom: false });
  else if (app.state.focus !== 4) goTo(app, 4);
  else if (app.state.tabs[4] !== 0) goTo(app, 4, 0);
  else if (app.watch.list.filter !== null) setFilter(app, null);
  else return false;
  return true;
}

/** esc: never leaves. */
export function escape(app: App): void {
  if (app.overlays.front === null && app.watch !== null && app.watch.notice !== '') {
    app.watch.dismissNotice();
    app.touch();
  } else if (!stepBack(app)) app.say(`q: ${backWord(app)}`);
}

/** q with nothing left to go back from: to the list where there was one, else out. */
export async function leaveRoot(app: App): Promise<void> {
  if (app.picker !== null && !app.picker.leaveAsked()) {
    app.say('q again quits');
    return;
  }
  const { list } = app;
  if (app.watch !== null) {
    const { held, delayed } = app.watch.snapshot;
    const waiting = held + delayed;
    const title = list === null ? 'Quit' : 'Back to the list';
    const text = `${plural(waiting, 'fault')} would be released and their threads go on. ${title}?`;
    const yes = list === null ? 'release and quit' : 'release and go back';
    if (waiting > 0 && app.watch.player === null && !(await ask(app, { title, text, yes }))) return;
  }
  if (list !== null && app.watch !== null) await backToList(app, list);
  else await app.leave({ reason: 'quit' });
}
