/** Prompt, palette, help, options, load and save, suspend, and the ways out. */
import { panic } from '../app/leave.js';
import { palette, prompt } from '../app/command-line.js';
import { loadBytes, saveShown } from '../app/files.js';
import { showHelp, showKeys } from '../app/help.js';
import { options, nextTheme } from '../app/options.js';
import { goTo } from '../app/navigate.js';
import { verdictFor } from '../app/deeds.js';
import { BROWSING, EVERYWHERE, no, OK, on, PANES_ONLY, type Command, type Mode } from './command.js';

const BROWSE: readonly Mode[] = ['panes', 'picker'];

export const SESSION: readonly Command[] = [
  {
    name: 'panic.release',
    bindings: on(EVERYWHERE, 'ctrl-x'),
    title: 'release all',
    help: 'Panic: holds and rules off, everything held is released, the handler runs again. No question, in every mode.',
    group: 'Session',
    run: panic,
  },
  {
    name: 'quit',
    bindings: [...on(BROWSING, 'Q'), ...on(EVERYWHERE, 'ctrl-c')],
    title: 'quit',
    help: 'Release what is held, detach, quit; the target lives on. A second ctrl-c does not wait.',
    group: 'Session',
    run: (app) => app.leave({ reason: 'quit' }),
  },
  {
    name: 'prompt',
    bindings: on(BROWSE, ':'),
    title: 'command',
    help: 'Type a command by name; up and down go through the history, tab completes.',
    group: 'Session',
    run: prompt,
  },
  {
    name: 'palette',
    bindings: on(BROWSE, 'ctrl-p'),
    title: 'palette',
    help: 'Every command, found by a few letters.',
    group: 'Session',
    run: palette,
  },
  {
    name: 'help',
    bindings: on(BROWSE, '?'),
    title: 'help',
    help: 'What this pane shows and which keys work in it.',
    group: 'Session',
    run: showHelp,
  },
  {
    name: 'keys',
    bindings: on(BROWSE, 'K'),
    title: 'keys',
    help: 'Every key and what it does.',
    group: 'Session',
    run: showKeys,
  },
  {
    name: 'options',
    bindings: on(BROWSE, 'O'),
    title: 'options',
    help: 'Theme, hints and layout.',
    group: 'Session',
    run: options,
  },
  {
    name: 'log',
    bindings: on(PANES_ONLY, 'E'),
    title: 'event log',
    help: 'What was done here: the Log tab of Events.',
    group: 'Session',
    run: (app) => goTo(app, 3, 1),
  },
  {
    name: 'load',
    bindings: on(PANES_ONLY, 'L'),
    title: 'load…',
    help: 'Load the bytes of this answer from a file, to be seen and edited before they are given.',
    group: 'Answering',
    argument: { kind: 'file', example: 'page.bin', required: false },
    enabled: (app) => verdictFor(app, 'copy'),
    run: loadBytes,
  },
  {
    name: 'save',
    bindings: [],
    title: 'save…',
    help: 'Write the bytes shown in Detail to a new file; in the Rules pane the rules.',
    group: 'Looking',
    argument: { kind: 'file', example: 'page.bin', required: true },
    enabled: (app) => {
      if (app.state.focus === 2) return OK;
      const loaded = app.panes?.bytes.loaded;
      return loaded?.state === 'here' && loaded.known ? OK : no('no bytes are shown');
    },
    run: saveShown,
  },
  {
    name: 'theme.next',
    bindings: on(BROWSE, 'T'),
    title: 'theme',
    help: 'Next theme: the sixteen colours of the terminal, true colour, none.',
    group: 'Session',
    run: nextTheme,
  },
  {
    name: 'hints.toggle',
    bindings: on(BROWSE, 'H'),
    title: 'hints',
    help: 'Hint bar on or off.',
    group: 'Session',
    run: (app) => app.set({ hints: !app.state.hints }),
  },
  {
    name: 'redraw',
    bindings: on(EVERYWHERE, 'ctrl-l'),
    title: 'redraw',
    help: 'Paint everything anew.',
    group: 'Session',
    run: (app) => app.screen.invalidate(),
  },
  {
    name: 'suspend',
    bindings: on(EVERYWHERE, 'ctrl-z'),
    title: 'suspend',
    help: 'Give the terminal back and stop; while uffdscope is stopped its keeper answers for it. fg comes back.',
    group: 'Session',
    run: (app) => app.screen.suspend(),
  },
];
