/** L and :save. */
import { parseFilePlace } from '../model/arguments.js';
import { completePath } from '../model/complete-path.js';
import { UffdscopeError } from '../../native/session/errors.js';
import type { App } from '../faces.js';
import { fileBytes, focused, keep, saveBytes } from './bytes.js';
import { askValue } from './dialogs.js';
import { saveRules } from './rules.js';

export async function loadBytes(app: App, argument: string | null): Promise<void> {
  const fault = focused(app);
  const place = argument === null ? await askFile(app, `Load bytes for #${fault.seq}`) : parseFilePlace(argument);
  if (place === null) return;
  if (!place.ok) throw new UffdscopeError('USAGE', `load takes ${place.message}.`);
  const bytes = fileBytes(place.value, fault.pageSize);
  const { originals, session } = app.at;
  if (!originals.has(fault.seq)) {
    const before = await session.preview(fault.seq);
    if (before.known) originals.set(fault.seq, before.bytes);
  }
  keep(app, fault.seq, bytes);
}

async function askFile(app: App, title: string): Promise<ReturnType<typeof parseFilePlace> | null> {
  const text = { title, label: 'file: ', history: 'source-file', parse: parseFilePlace, complete: completePath };
  const value = await askValue(app, text);
  return value === null ? null : { ok: true, value };
}

/** In the Rules pane the rules, else the bytes that Detail shows. */
export function saveShown(app: App, argument: string | null): void {
  if (app.state.focus === 2 && argument !== null && argument.trim() !== '') {
    saveRules(app, argument.trim());
    return;
  }
  const loaded = app.panes?.bytes.loaded;
  if (loaded?.state !== 'here' || !loaded.known) throw new UffdscopeError('USAGE', 'No bytes are shown.');
  if (argument === null || argument.trim() === '')
    throw new UffdscopeError('USAGE', 'save takes the name of a new file.');
  saveBytes(argument.trim(), loaded.bytes);
  app.say(`${loaded.bytes.length} bytes written to ${argument.trim()}`, 'ok');
}
