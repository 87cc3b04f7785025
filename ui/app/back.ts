/** esc and q: close what is in front, else undo the last change of the view, else quit. */
import { plural } from '../rows/format.js';
import type { App } from './app.js';
import { ask } from './dialogs.js';
import { goTo, setFilter } from './navigate.js';

export function stepBack(app: App): void {
  const { front } = app.overlays;
  if (front) front.cancel();
  else if (app.watch === null) app.attempt(() => app.leave({ reason: 'quit' }));
  else if (app.watch.list.anchor !== null) {
    app.watch.list.anchor = null;
    app.say('no range of marks');
  } else if (app.state.zoom) app.set({ zoom: false });
  else if (app.state.focus !== 4) goTo(app, 4);
  else if (app.state.tabs[4] !== 0) goTo(app, 4, 0);
  else if (app.watch.list.filter !== null) setFilter(app, null);
  else app.attempt(() => askQuit(app));
}

async function askQuit(app: App): Promise<void> {
  const { held, delayed } = app.at.snapshot;
  const waiting = held + delayed;
  if (waiting > 0) {
    const text = `${plural(waiting, 'fault')} would be released and their threads go on. Quit?`;
    if (!(await ask(app, { title: 'Quit', text, yes: 'release and quit' }))) return;
  }
  await app.leave({ reason: 'quit' });
}
