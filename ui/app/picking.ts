/** What is done with a row of the picker. */
import type { App } from './app.js';
import type { Candidate } from '../../native/session/discover/candidates.js';
import { plural } from '../rows/format.js';
import { askLine, choose } from './dialogs.js';

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
  const ino = row.uffds.length > 1 ? await chooseUffd(app, row) : null;
  if (ino === 'none') return;
  app.say(`attaching to ${row.pid}…`);
  const session = await picker.source.attach(row.pid, ino);
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

async function chooseUffd(app: App, row: Candidate): Promise<number | 'none'> {
  const ino = await choose(app, {
    title: `Which userfaultfd of ${row.pid}?`,
    items: row.uffds.map((uffd, i) => ({
      key: String(i + 1),
      title: `uffd ${uffd.ino}${uffd.fd === null ? '' : ` (fd ${uffd.fd})`}`,
      note: `${uffd.pending} unread, ${uffd.total} in all`,
      value: uffd.ino,
    })),
  });
  return ino ?? 'none';
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
      check: (text) => ({ ok: true, info: plural(picker.matching(text), 'process fits', 'processes fit') }),
      onChange: (text) => picker.show(text),
    }));
  picker.show(line ?? before);
}
