/** Marks, the view filter, search, sort, follow: what changes the view and never the target. */
import { askFilter, filterByCell } from '../app/filter-prompt.js';
import { filterView } from '../app/navigate.js';
import { clearMarks, markFocused, markRange, onlyMarked } from '../app/marks.js';
import { search, searchAgain } from '../app/search.js';
import { yank } from '../app/yank.js';
import type { App } from '../faces.js';
import { count } from '../rows/format.js';
import { no, OK, on, PANES_ONLY, type Command, type Verdict } from './command.js';

function hasFault(app: App): Verdict {
  return app.at.list.focusSeq === null ? no('no fault is selected') : OK;
}

function sortBy(app: App): void {
  const { list } = app.at;
  list.sort =
    list.sort.column === list.cell && list.cell !== 'seq'
      ? { column: 'seq', reverse: false }
      : { column: list.cell, reverse: false };
  list.apply();
  app.say(list.sort.column === 'seq' ? 'sorted by number' : `sorted by ${list.sort.column}`);
}

export const LOOKING: readonly Command[] = [
  {
    name: 'mark.toggle',
    bindings: on(PANES_ONLY, 'space'),
    title: 'mark',
    help: 'Mark or unmark the fault in focus; verbs act on all marked faults if there are any.',
    group: 'Marks',
    enabled: hasFault,
    run: markFocused,
  },
  {
    name: 'mark.range',
    bindings: on(PANES_ONLY, 'v'),
    title: 'mark range',
    help: 'Begin a range of marks here; a second time: mark all rows between.',
    group: 'Marks',
    enabled: hasFault,
    run: markRange,
  },
  {
    name: 'mark.clear',
    bindings: on(PANES_ONLY, 'U'),
    title: 'unmark all',
    help: 'Take all marks away.',
    group: 'Marks',
    enabled: (app) => (app.at.marks.size > 0 ? OK : no('nothing is marked')),
    run: clearMarks,
  },
  {
    name: 'mark.only',
    bindings: on(PANES_ONLY, 'M'),
    title: 'only marked',
    help: 'Show only marked faults, or all again.',
    group: 'Marks',
    run: onlyMarked,
  },
  {
    name: 'view.filter',
    bindings: on(PANES_ONLY, '/', 'f'),
    title: 'filter',
    help: 'Show only the faults that a filter takes; it works while you type, and esc brings the previous one back.',
    group: 'Looking',
    argument: { kind: 'filter', example: 'kind=missing off<4k', required: false },
    run: (app, argument) => (argument === null ? askFilter(app) : filterView(app, argument)),
  },
  {
    name: 'view.only-cell',
    bindings: on(PANES_ONLY, '='),
    title: 'only this',
    help: 'Narrow the filter to what stands in the cell in focus (h and l choose the column).',
    group: 'Looking',
    enabled: hasFault,
    run: (app) => filterByCell(app, 'only'),
  },
  {
    name: 'view.not-cell',
    bindings: on(PANES_ONLY, '!'),
    title: 'not this',
    help: 'Take what stands in the cell in focus out of the view.',
    group: 'Looking',
    enabled: hasFault,
    run: (app) => filterByCell(app, 'not'),
  },
  {
    name: 'view.sort',
    bindings: on(PANES_ONLY, 's'),
    title: 'sort',
    help: 'Sort by the column in focus; a second time: back to the order in which faults came.',
    group: 'Looking',
    run: sortBy,
  },
  {
    name: 'view.reverse',
    bindings: on(PANES_ONLY, 'S'),
    title: 'reverse',
    help: 'Turn the order round.',
    group: 'Looking',
    run: (app) => {
      const { list } = app.at;
      list.sort = { ...list.sort, reverse: !list.sort.reverse };
      list.apply();
      app.touch();
    },
  },
  {
    name: 'view.follow',
    bindings: on(PANES_ONLY, 'F'),
    title: 'follow',
    help: 'Keep the focus on the newest fault, or let it stay where it is.',
    group: 'Looking',
    enabled: (app) => (app.at.list.frozen ? no('the view is frozen; p lets it go on') : OK),
    run: (app) => {
      app.at.list.follow = !app.at.list.follow;
      app.touch();
    },
  },
  {
    name: 'view.freeze',
    bindings: on(PANES_ONLY, 'p'),
    title: 'freeze',
    help: 'Stop the view, not the target; a second time: go on.',
    group: 'Looking',
    enabled: (app) => (app.at.player ? no('a recording stands still while it is paused') : OK),
    run: (app) => {
      const { list } = app.at;
      list.freeze(!list.frozen);
      app.say(list.frozen ? `view frozen at ${count(list.view.length)} faults; the target goes on` : 'view goes on');
    },
  },
  {
    name: 'search.start',
    bindings: on(PANES_ONLY, 'ctrl-f'),
    title: 'search',
    help: 'Search the bytes in Detail for text or hex.',
    group: 'Looking',
    argument: { kind: 'text', example: '7f 45 4c 46', required: false },
    enabled: hasFault,
    run: search,
  },
  {
    name: 'search.next',
    bindings: on(PANES_ONLY, 'n'),
    title: 'next match',
    help: 'Next place of the bytes searched for.',
    group: 'Looking',
    enabled: hasFault,
    run: (app) => searchAgain(app, 1),
  },
  {
    name: 'search.previous',
    bindings: on(PANES_ONLY, 'N'),
    title: 'previous match',
    help: 'Previous place of the bytes searched for.',
    group: 'Looking',
    enabled: hasFault,
    run: (app) => searchAgain(app, -1),
  },
  {
    name: 'yank',
    bindings: on(PANES_ONLY, 'y'),
    title: 'yank…',
    help: 'Put the address, the bytes, the filter or the command line on the clipboard (OSC 52).',
    group: 'Looking',
    run: yank,
  },
];
