/** What is done with a row of the picker. */
import type { App, Picker } from '../faces.js';
import { takeSession } from './attaching.js';
import type { Candidate } from '../../native/session/discover/candidates.js';
import { plural } from '../rows/format.js';
import { askLine, choose } from './dialogs.js';

export function watchPicked(app: App): void {
  app.say('watch comes with a later version; a attaches, which only looks until you hold', 'warn');
}

export async function attachPicked(app: App): Promise<void> {
  const { picker } = app;
  const row = picker?.focused;
  if (!picker || !row) return;
  const ino = row.uffds.length > 1 ? await chooseUffd(app, row) : null;
  if (ino === 'none') return;
  app.say(`attaching to ${row.pid}…`);
  const session = await picker.source.attach(row.pid, ino);
  if (app.over || app.picker !== picker) {
    await session.detach();
    return;
  }
  picker.stop();
  takeSession(app, session);
  app.list = picker;
  app.hush();
}

/** Hand back and let go; the list is there again. */
export async function backToList(app: App, list: Picker): Promise<void> {
  const { session } = app.at;
  app.set({ leaving: true });
  app.overlays.cancelAll();
  const { released } = await session.detach();
  if (app.over) return;
  app.showList(list);
  app.say(`left ${session.target.comm}[${session.target.pid}], ${plural(released, 'fault')} handed back`, 'ok');
  await list.refresh();
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
