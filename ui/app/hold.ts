/** i, I and d: what is held, and for how long a fault is put off. */
import { compileHold, compileView } from '../../native/session/filter/index.js';
import { parseDuration } from '../model/arguments.js';
import { count, plural } from '../rows/format.js';
import type { Check } from '../views/prompt-text.js';
import type { App } from '../faces.js';
import { legalOnes, perform } from './deeds.js';
import { askLine, askValue } from './dialogs.js';
import { filterCompleter, filterProblem } from './filter-prompt.js';

/** With a filter it is set at once; else asked for, the last one standing there already. */
export async function askHold(app: App, argument: string | null): Promise<void> {
  const { session, snapshot, lastHold } = app.at;
  const line =
    argument ??
    (await askLine(app, {
      title: 'Hold',
      label: 'hold: ',
      initial: snapshot.holdFilter ?? lastHold ?? '',
      history: 'hold',
      check: holdCheck,
      complete: filterCompleter(app, false),
      measure: (text) => {
        const all = text.trim() === '' ? 'enter holds everything; ' : '';
        return `${all}would have held ${matches(app, text)} of ${plural(session.faults.last, 'fault')} so far`;
      },
    }));
  if (line === null) return;
  await setHold(app, line.trim() === '' ? null : line.trim());
}

export async function toggleHold(app: App): Promise<void> {
  const { session, lastHold } = app.at;
  const snapshot = session.snapshot();
  if (!snapshot.holdOn) return setHold(app, lastHold);
  session.unhold();
  app.say(
    snapshot.held > 0
      ? `no more faults are held; ${plural(snapshot.held, 'fault')} still wait for you`
      : 'no more faults are held',
  );
}

async function setHold(app: App, filter: string | null): Promise<void> {
  const { session } = app.at;
  if (app.at.snapshot.stance === 'looking') app.say('taking part: the handler is being frozen inside its wait', 'warn');
  await session.hold(filter);
  app.at.lastHold = filter;
  app.say(filter === null ? 'holding everything' : `holding: ${filter}`, 'ok');
}

function holdCheck(line: string): Check {
  const compiled = compileHold(line);
  if (!compiled.ok) return filterProblem(compiled.error);
  return { ok: true, info: line.trim() === '' ? 'holds everything' : compiled.notes.join('  ') };
}

function matches(app: App, line: string): string {
  const compiled = compileView(line);
  return compiled.ok ? count(app.at.session.faults.select(compiled.test).length) : '?';
}

export async function askDelay(app: App): Promise<void> {
  const text = { title: 'Delay', label: 'delay: ', initial: '50ms', history: 'delay', parse: parseDuration };
  const ms = await askValue(app, { ...text, info: (value) => `answered by default after ${value} ms` });
  if (ms !== null) await perform(app, { verb: 'delay', ms }, legalOnes(app, 'delay'));
}
