/** ctrl-x. */
import { plural } from '../rows/format.js';
import type { App } from '../faces.js';

/** Everything that waits for us goes on, now; dialogs go away, for what they asked about has changed. */
export async function panic(app: App): Promise<void> {
  app.overlays.cancelAll();
  if (app.watch === null) return;
  const { session } = app.watch;
  const { released } = await session.release();
  app.watch.note(true, `released ${plural(released, 'fault')} (panic key)`);
  app.set({ firstHeld: 'done' });
  app.say(`released ${plural(released, 'fault')}; nothing is held any more`, 'ok');
}
