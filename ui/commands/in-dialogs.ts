/** Keys of dialogs, prompts, the hex editor and the picker. */
import { attachPicked, filterPicked, watchPicked } from '../app/picking.js';
import { openInEditor } from '../app/external-editor.js';
import type { App } from '../faces.js';
import { HexEditor } from '../views/hex-editor.js';
import { Palette } from '../views/palette.js';
import { Prompt } from '../views/prompt.js';
import { no, OK, on, type Command, type Verdict } from './command.js';

function hex(app: App): HexEditor {
  const { front } = app.overlays;
  if (!(front instanceof HexEditor)) throw new Error('the hex editor is not open');
  return front;
}

function picked(app: App): Verdict {
  const row = app.picker?.focused;
  if (!row) return no('no process is selected');
  return row.would.do === 'nothing' ? no(row.would.why) : OK;
}

function older(app: App, step: 1 | -1): void {
  const { front } = app.overlays;
  if (front instanceof Prompt || front instanceof Palette) front.older(step);
}

export const IN_DIALOGS: readonly Command[] = [
  {
    name: 'dialog.accept',
    // Not enter in a question: one that was typed ahead must not say yes to something that cannot be undone.
    bindings: [...on(['list', 'typing', 'hex'], 'enter'), ...on(['question'], 'y')],
    title: 'accept',
    help: 'Take what stands there; in a question: yes; in the hex editor: keep the bytes.',
    group: 'Dialogs',
    run: (app) => app.overlays.front?.accept(),
  },
  {
    name: 'dialog.close',
    bindings: [...on(['typing', 'question', 'hex'], 'esc'), ...on(['question'], 'n', 'q')],
    title: 'close',
    help: 'Close without doing anything; in a question: no.',
    group: 'Dialogs',
    run: (app) => app.overlays.front?.cancel(),
  },
  {
    name: 'line.complete',
    bindings: on(['typing'], 'tab'),
    title: 'complete',
    help: 'Complete the word, or mend what is underlined.',
    group: 'Dialogs',
    run: (app) => {
      const { front } = app.overlays;
      if (front instanceof Prompt) front.complete();
    },
  },
  {
    name: 'line.older',
    bindings: on(['typing'], 'up'),
    title: 'older',
    help: 'The line typed before; in the palette one row up.',
    group: 'Dialogs',
    run: (app) => older(app, 1),
  },
  {
    name: 'line.newer',
    bindings: on(['typing'], 'down'),
    title: 'newer',
    help: 'The line typed after; in the palette one row down.',
    group: 'Dialogs',
    run: (app) => older(app, -1),
  },
  {
    name: 'hex.side',
    bindings: on(['hex'], 'tab'),
    title: 'hex/text',
    help: 'Type in the other half: hex digits or text.',
    group: 'Hex editor',
    run: (app) => hex(app).otherSide(),
  },
  {
    name: 'hex.undo',
    bindings: on(['hex'], 'u', 'ctrl-_'),
    title: 'undo',
    help: 'Take back the last byte typed.',
    group: 'Hex editor',
    run: (app) => hex(app).undo(),
  },
  {
    name: 'hex.revert',
    bindings: on(['hex'], 'V'),
    title: 'revert',
    help: 'Back to what the answer would have been.',
    group: 'Hex editor',
    run: (app) => hex(app).revert(),
  },
  {
    name: 'hex.external',
    bindings: on(['hex'], 'E'),
    title: '$EDITOR',
    help: 'Edit the bytes as a hex dump in $VISUAL or $EDITOR.',
    group: 'Hex editor',
    run: (app) => openInEditor(app, hex(app)),
  },
  {
    name: 'picker.watch',
    bindings: on(['picker'], 'enter'),
    title: 'watch',
    help: 'Look at the process, live, without taking part.',
    group: 'Session',
    enabled: (app) => (app.picker?.focused ? OK : no('no process is selected')),
    run: watchPicked,
  },
  {
    name: 'picker.attach',
    bindings: on(['picker'], 'a'),
    title: 'attach',
    help: 'Attach to the process: it only looks until a hold or a verb takes part.',
    group: 'Session',
    enabled: picked,
    run: attachPicked,
  },
  {
    name: 'picker.filter',
    bindings: on(['picker'], '/', 'f'),
    title: 'filter',
    help: 'Show only processes whose pid, user, name or command holds a word.',
    group: 'Session',
    argument: { kind: 'text', example: 'qemu', required: false },
    run: filterPicked,
  },
  {
    name: 'picker.refresh',
    bindings: on(['picker'], 'r'),
    title: 'refresh',
    help: 'Look again now.',
    group: 'Session',
    run: (app) => app.picker?.refresh(),
  },
];
