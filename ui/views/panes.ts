/** Which views each pane holds, in the order of its tabs. */
import type { App, Panes } from '../faces.js';
import type { PaneId } from '../layout.js';
import { BytesPane } from './bytes-pane.js';
import { EventsPane, LogPane } from './events-pane.js';
import { FaultsPane } from './faults-pane.js';
import { MapPane, RangesPane } from './ranges-pane.js';
import { RelatedPane } from './related-pane.js';
import { RulesPane } from './rules-pane.js';
import { ScriptsPane } from './scripts-pane.js';
import { GraphPane, StatsPane, ThreadsPane } from './tables-pane.js';

export const PANE_NAMES: Readonly<Record<PaneId, string>> = {
  1: 'Ranges',
  2: 'Rules',
  3: 'Events',
  4: 'Faults',
  5: 'Detail',
};

export function makePanes(app: App): Panes {
  const bytes = new BytesPane(app);
  const ranges = new RangesPane(app);
  const rules = new RulesPane(app);
  const scripts = new ScriptsPane(app);
  return {
    1: [ranges, new MapPane(app, ranges)],
    2: [rules, scripts],
    3: [new EventsPane(app), new LogPane(app)],
    4: [new FaultsPane(app), new ThreadsPane(app), new StatsPane(app), new GraphPane(app)],
    5: [bytes, new RelatedPane(app, 'Thread'), new RelatedPane(app, 'History')],
    bytes,
    rules,
    scripts,
  };
}
