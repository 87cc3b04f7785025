/** ctrl-x. */
import { plural } from '../rows/format.js';
import { NOTHING_WAITS } from '../../native/session/recording/playback/nothing-waits.js';
import type { App } from '../faces.js';

/** Everything that waits for us goes on, now; dialogs go away, for what they asked about has changed. */
export async function panic(app: App): Promise<void> {
  app.overlays.cancelAll();
  if (app.watch === null) return;
  const { session, player } = app.watch;
  if (player) return app.say(NOTHING_WAITS);
  const off = session.rules.list().filter(({ on }) => on).length;
  const { released } = await session.release();
  app.watch.note(true, `released ${plural(released, 'fault')} (panic key)`);
  app.set({ firstHeld: 'done' });
  const rules = off === 0 ? '' : `, ${plural(off, 'rule')} switched off`;
  app.say(`released ${plural(released, 'fault')}; nothing is held any more${rules}`, 'ok');
}
