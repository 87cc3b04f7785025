/** /: the view filter, at work while it is typed. */
import { completions, narrowFilter, toUffdscopeError, type FilterError } from '../../native/session/filter/index.js';
import type { Fault } from '../../native/session/types.js';
import type { FaultColumn } from '../rows/faults.js';
import { count, hex, plural } from '../rows/format.js';
import type { Completion } from '../screen/prompt-line.js';
import type { Check } from '../views/prompt-text.js';
import type { App } from '../faces.js';
import { askLine } from './dialogs.js';
import { compileFor, filterView, setFilter } from './navigate.js';

export async function askFilter(app: App): Promise<void> {
  const { list } = app.at;
  const before = list.filter;
  let timer: NodeJS.Timeout | null = null;
  const line = await askLine(app, {
    title: 'Filter',
    label: '/ ',
    initial: before?.text ?? '',
    history: 'filter',
    check: (text) => {
      const compiled = compileFor(app, text);
      return compiled.ok ? { ok: true, info: compiled.notes.join('  ') } : filterProblem(compiled.error);
    },
    complete: filterCompleter(app, true),
    // Applied as it is typed; a list of a million is not indexed at each key, but once they rest.
    onChange: (text, check) => {
      if (timer) clearTimeout(timer);
      if (check.ok) timer = setTimeout(() => filterView(app, text), 30);
    },
    measure: () => `${count(list.view.length)} of ${plural(app.at.session.faults.last, 'fault')}`,
  });
  if (timer) clearTimeout(timer);
  if (line === null) setFilter(app, before);
  else filterView(app, line);
}

export function filterProblem(error: FilterError): Check {
  return {
    ok: false,
    message: error.suggestion === null ? error.message : `${error.message} (tab: ${error.suggestion})`,
    at: error.column - 1,
    length: error.length,
    suggestion: error.suggestion,
  };
}

export function filterCompleter(app: App, later: boolean): (before: string) => Completion {
  return (before) => {
    const { from, items } = completions(before, before.length, { later, known: knownValues(app) });
    return { words: items.map((item) => item.text), typed: before.slice(from) };
  };
}

/** What has been seen of fields whose values are names. */
export function knownValues(app: App): Readonly<Record<string, readonly string[]>> {
  const { ranges, tally } = app.at;
  return {
    range: ranges.map((range) => range.name),
    tid: [...tally.threads.keys()].map(String),
    comm: [...new Set([...tally.threads.values()].map((thread) => thread.comm))],
  };
}

const FIELD: Readonly<Record<FaultColumn, string>> = {
  seq: 'seq',
  time: 't',
  tid: 'tid',
  kind: 'kind',
  rw: 'access',
  address: 'page',
  range: 'range',
  state: 'state',
  lat: 'lat',
};

/** = and !: the filter and, or and not, what stands in the cell. */
export function filterByCell(app: App, how: 'only' | 'not'): void {
  const { list } = app.at;
  const fault = list.focused;
  if (fault === null) return;
  const narrowed = narrowFilter(
    list.filter?.text ?? '',
    { field: FIELD[list.cell], value: cellValue(app, fault, list.cell) },
    how,
  );
  if (!narrowed.ok) throw toUffdscopeError(list.filter?.text ?? '', narrowed.error);
  filterView(app, narrowed.text);
  app.say(`filter: ${narrowed.text}`);
}

function cellValue(app: App, fault: Fault, column: FaultColumn): string {
  switch (column) {
    case 'seq':
      return String(fault.seq);
    case 'time':
      return `${Math.floor(fault.t)}ns`;
    case 'tid':
      return String(fault.tid);
    case 'kind':
      return fault.kind;
    case 'rw':
      return fault.access;
    case 'address':
      return hex(fault.page);
    case 'range':
      return app.at.ranges.find((range) => range.id === fault.rangeId)?.name ?? '';
    case 'state':
      return fault.state;
    case 'lat':
      return `${Math.round(fault.latency ?? fault.age)}ns`;
  }
}
