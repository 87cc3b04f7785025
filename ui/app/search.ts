/** ctrl-f, n, N: bytes in the detail pane. */
import { parseNeedle } from '../model/byte-search.js';
import type { App } from '../faces.js';
import { askLine } from './dialogs.js';
import { goTo } from './navigate.js';

export async function search(app: App, argument: string | null): Promise<void> {
  const line =
    argument ??
    (await askLine(app, {
      title: 'Search bytes',
      label: 'text or hex: ',
      history: 'search',
      check: (text) =>
        parseNeedle(text)
          ? { ok: true, info: 'hex where it reads as hex; put text in quotes' }
          : { ok: false, message: 'what to look for' },
    }));
  if (line === null) return;
  app.needle = parseNeedle(line);
  goTo(app, 5, 0);
  searchAgain(app, 1);
}

export function searchAgain(app: App, direction: 1 | -1): void {
  if (app.needle === null) app.say('nothing was searched for yet; ctrl-f searches', 'warn');
  else if (!app.panes?.bytes.search(app.needle, direction)) app.say('not in these bytes', 'warn');
}
