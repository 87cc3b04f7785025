/** y: things worth having elsewhere, by OSC 52. */
import { hex } from '../rows/format.js';
import { formatText } from '../../native/session/filter/index.js';
import { shellWord } from '../../native/session/sudo-hint.js';
import type { App } from '../faces.js';
import { choose } from './dialogs.js';

type What = 'address' | 'page' | 'hex' | 'filter' | 'line';

export async function yank(app: App): Promise<void> {
  const { list, snapshot } = app.at;
  const fault = list.focused;
  const noFault = fault === null ? { refused: 'no fault is selected' } : {};
  const filter = list.filter?.text ?? '';
  const loaded = app.panes?.bytes.loaded;
  const bytes = loaded?.state === 'here' && loaded.known ? loaded.bytes : null;
  const line = commandLine(app, snapshot.holdOn);
  const what = await choose<What>(app, {
    title: 'Yank',
    items: [
      { key: 'a', title: 'address', value: 'address', ...noFault, ...(fault ? { note: hex(fault.address) } : {}) },
      {
        key: 'p',
        title: 'page',
        value: 'page',
        ...noFault,
        ...(fault ? { note: `${hex(fault.page)}+${fault.pageSize}` } : {}),
      },
      {
        key: 'h',
        title: 'bytes in hex',
        value: 'hex',
        ...(bytes ? { note: `${bytes.length} bytes` } : { refused: 'no bytes are shown' }),
      },
      {
        key: 'f',
        title: 'filter',
        value: 'filter',
        ...(filter === '' ? { refused: 'there is no filter' } : { note: filter }),
      },
      { key: 'l', title: 'command line', value: 'line', note: line },
    ],
  });
  switch (what) {
    case 'address':
      return app.yank(hex(fault!.address), 'the address');
    case 'page':
      return app.yank(`${hex(fault!.page)}+${fault!.pageSize}`, 'the page');
    case 'hex':
      return app.yank(Buffer.from(bytes!).toString('hex'), 'the hex');
    case 'filter':
      return app.yank(filter, 'the filter');
    case 'line':
      return app.yank(line, 'the command line');
    case null:
  }
}

/** The command that would bring this screen up again. */
function commandLine(app: App, holdOn: boolean): string {
  const { session } = app.at;
  if (session.playback) return `uffdscope show ${shellWord(session.playback.path)}`;
  const { defaultAnswer, maxHold } = session.options;
  return [
    'uffdscope attach',
    String(session.target.pid),
    `--uffd ${session.uffd.ino}`,
    holdOn || defaultAnswer === 'hold' ? '--default hold' : `--default ${formatText(defaultAnswer)}`,
    ...(maxHold === null ? [] : [`--max-hold ${maxHold}ms`]),
  ].join(' ');
}
