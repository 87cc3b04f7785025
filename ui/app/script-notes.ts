/** What scripts say, and what is said of them: all of it in the log, and what an operator must know above the hints. */
import type { ScriptNote } from '../../native/session/script/scripts.js';
import type { App } from '../faces.js';

/** From now on; gives what stops it. What was said before the screen came is told first. */
export function hearScripts(app: App): () => void {
  const { scripts } = app.at.session;
  for (const note of scripts.notes()) hear(app, note);
  return scripts.onNote((note) => {
    if (!app.over) hear(app, note);
  });
}

function hear(app: App, { kind, text }: ScriptNote): void {
  app.watch?.note(kind !== 'error', text);
  if (kind !== 'log') app.say(text, kind === 'error' ? 'error' : 'ok');
}
