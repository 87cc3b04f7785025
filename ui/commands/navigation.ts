/** Moving, panes, tabs. */
import { backWord, escape, leaveRoot, stepBack } from '../app/back.js';
import { goTo, zoom } from '../app/navigate.js';
import type { App } from '../faces.js';
import { SHAPES, type PaneId } from '../layout.js';
import { PANE_NAMES } from '../views/panes.js';
import { BROWSING, MOVING, on, PANES_ONLY, type Command } from './command.js';

function nav(
  name: string,
  title: string,
  keys: readonly string[],
  help: string,
  delta: (page: number) => number,
): Command {
  return {
    name,
    bindings: on(MOVING, ...keys),
    title,
    help,
    group: 'Moving',
    run: (app) => app.view?.move(delta(app.view.page)),
  };
}

function side(name: string, title: string, keys: readonly string[], help: string, delta: -1 | 1): Command {
  return { name, bindings: on(MOVING, ...keys), title, help, group: 'Moving', run: (app) => app.view?.side?.(delta) };
}

const PANE_IDS: readonly PaneId[] = [1, 2, 3, 4, 5];

function step(app: App, delta: number): void {
  const at = PANE_IDS.indexOf(app.state.focus);
  goTo(app, PANE_IDS[(at + delta + PANE_IDS.length) % PANE_IDS.length]!);
}

function turn(app: App, delta: number): void {
  const { focus, tabs } = app.state;
  const count = app.panes?.[focus].length ?? 1;
  goTo(app, focus, (tabs[focus] + delta + count) % count);
}

export const NAVIGATION: readonly Command[] = [
  nav('nav.down', 'down', ['j', 'down'], 'One row down.', () => 1),
  nav('nav.up', 'up', ['k', 'up'], 'One row up.', () => -1),
  nav('nav.page-down', 'page down', ['ctrl-d', 'pagedown'], 'One page down.', (page) => page),
  nav('nav.page-up', 'page up', ['ctrl-u', 'pageup'], 'One page up.', (page) => -page),
  nav('nav.top', 'top', ['g', 'home'], 'To the first row.', () => -Infinity),
  nav('nav.bottom', 'bottom', ['G', 'end'], 'To the last row.', () => Infinity),
  side('nav.left', 'left', ['h', 'left'], 'One column to the left; in Detail the other bytes.', -1),
  side('nav.right', 'right', ['l', 'right'], 'One column to the right; in Detail the other bytes.', 1),
  {
    name: 'nav.open',
    bindings: on(PANES_ONLY, 'enter'),
    title: 'open',
    help: 'Open the row: a fault in Detail, a range or thread as a filter, Detail itself on the whole screen.',
    group: 'Moving',
    run: (app) => app.view?.open?.(),
  },
  {
    name: 'nav.back',
    bindings: on(BROWSING, 'esc'),
    title: 'back',
    help: 'One step back: close, hide a notice, unzoom, back to Faults, drop the view filter. It never quits.',
    group: 'Moving',
    run: escape,
  },
  {
    name: 'nav.leave',
    bindings: on(BROWSING, 'q'),
    title: 'back, quit',
    titleNow: backWord,
    help: 'One step back; from the last one to the list that the process was chosen from, else it quits. It asks first where faults are held; the list itself is left by q twice.',
    group: 'Moving',
    run: (app) => (stepBack(app) ? undefined : leaveRoot(app)),
  },
  {
    name: 'pane.next',
    bindings: on(PANES_ONLY, 'tab'),
    title: 'next pane',
    help: 'Focus to the next pane.',
    group: 'Panes',
    run: (app) => step(app, 1),
  },
  {
    name: 'pane.previous',
    bindings: on(PANES_ONLY, 'shift-tab'),
    title: 'previous pane',
    help: 'Focus to the previous pane.',
    group: 'Panes',
    run: (app) => step(app, -1),
  },
  ...PANE_IDS.map((id): Command => ({
    name: `pane.${PANE_NAMES[id].toLowerCase()}`,
    bindings: on(PANES_ONLY, String(id)),
    title: PANE_NAMES[id].toLowerCase(),
    help: `Focus to pane ${id}, ${PANE_NAMES[id]}.`,
    group: 'Panes',
    run: (app) => goTo(app, id),
  })),
  {
    name: 'tab.next',
    bindings: on(PANES_ONLY, ']'),
    title: 'next tab',
    help: 'Next tab of this pane.',
    group: 'Panes',
    run: (app) => turn(app, 1),
  },
  {
    name: 'tab.previous',
    bindings: on(PANES_ONLY, '['),
    title: 'previous tab',
    help: 'Previous tab of this pane.',
    group: 'Panes',
    run: (app) => turn(app, -1),
  },
  {
    name: 'layout.cycle',
    bindings: on(PANES_ONLY, '-'),
    title: 'layout',
    help: 'Another arrangement of the panes: by size, columns, faults with detail, one above the other.',
    group: 'Panes',
    run: (app) => {
      const shape = SHAPES[(SHAPES.indexOf(app.state.shape) + 1) % SHAPES.length]!;
      app.set({ shape, zoom: false });
      app.say(`layout: ${shape}`);
    },
  },
  {
    name: 'pane.zoom',
    bindings: on(PANES_ONLY, '+'),
    title: 'zoom',
    help: 'This pane on the whole screen.',
    group: 'Panes',
    run: (app) => zoom(app, true),
  },
  {
    name: 'pane.unzoom',
    bindings: on(PANES_ONLY, '_'),
    title: 'unzoom',
    help: 'All panes again.',
    group: 'Panes',
    run: (app) => zoom(app, false),
  },
];
