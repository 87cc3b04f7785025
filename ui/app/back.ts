/** esc and q: close what is in front, else undo the last change of the view; q quits where nothing is left to undo. */
import { plural } from '../rows/format.js';
import type { App } from './app.js';
import { ask } from './dialogs.js';
import { goTo, setFilter } from './navigate.js';

/** False where there is nothing to go back from. */
export function stepBack(app: App): boolean {
  const { front } = app.overlays;
  if (front) front.cancel();
  else if (app.watch === null) return false;
  else if (app.watch.list.anchor !== null) {
    app.watch.list.anchor = null;
    app.say('no range of marks');
  } else if (app.state.zoom) app.set({ zoom: false });
  else if (app.state.focus !== 4) goTo(app, 4);
  else if (app.state.tabs[4] !== 0) goTo(app, 4, 0);
  else if (app.watch.list.filter !== null) setFilter(app, null);
  else return false;
  return true;
}

export async function askQuit(app: App): Promise<void> {
  if (app.watch !== null) {
    const { held, delayed } = app.watch.snapshot;
    const waiting = held + delayed;
    const text = `${plural(waiting, 'fault')} would be released and their threads go on. Quit?`;
    if (waiting > 0 && !(await ask(app, { title: 'Quit', text, yes: 'release and quit' }))) return;
  }
  await app.leave({ reason: 'quit' });
}
