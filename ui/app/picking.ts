/** What is done with a row of the picker. */
import type { App } from './app.js';
import { askLine } from './dialogs.js';

export function watchPicked(app: App): void {
  const pid = app.picker?.focused?.pid;
  app.say(
    `looking without taking part (watch) comes with a later part; a attaches to ${pid}, and only looks until you hold`,
    'warn',
  );
}

export async function attachPicked(app: App): Promise<void> {
  const { picker } = app;
  const row = picker?.focused;
  if (!picker || !row) return;
  app.say(`attaching to ${row.pid}…`);
  const session = await picker.source.attach(row.pid);
  if (app.over) {
    await session.detach();
    return;
  }
  picker.stop();
  // The keeper must learn the terminal as it was before us, so it is given back for the moment in which it looks.
  app.screen.leave();
  app.watchSession(session);
  app.screen.enter();
  app.set({ message: null });
}

export async function filterPicked(app: App, argument: string | null): Promise<void> {
  const { picker } = app;
  if (!picker) return;
  const before = picker.filter;
  const line =
    argument ??
    (await askLine(app, {
      title: 'Filter processes',
      label: '/ ',
      initial: before,
      history: 'picker',
      check: (text) => ({ ok: true, info: `${picker.matching(text)} fit` }),
      onChange: (text) => picker.show(text),
    }));
  picker.show(line ?? before);
}
