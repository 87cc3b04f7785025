/** Which commands a hint bar names, by what has the keys. */
import type { FaultKind } from '../../native/session/types.js';
import type { App } from '../faces.js';
import type { Greyed } from '../rows/greyed.js';
import type { Hint } from '../rows/hints.js';
import { fallsBack, no, OK, type Command, type Mode, type Verdict } from './command.js';

const FAULT_VERBS = [
  'fault.answer', 'fault.zero', 'fault.copy', 'fault.unprotect', 'fault.continue', 'fault.delay', 'fault.edit', 'fault.harm', 'fault.wake',
  'script.run',
] as const; // prettier-ignore

const FAULTS = [
  'fault.answer', 'fault.answer-all', 'fault.zero', 'fault.unprotect', 'fault.continue', 'fault.delay', 'fault.edit', 'fault.harm', 'fault.wake',
  'hold.set', 'view.filter', 'mark.toggle', 'nav.open', 'view.sort', 'view.freeze', 'yank',
] as const; // prettier-ignore

/** What to do first with a fault that waits, by its kind. */
const FIRST: Readonly<Record<FaultKind, readonly string[]>> = {
  missing: ['fault.answer', 'fault.zero', 'fault.edit'],
  wp: ['fault.unprotect', 'fault.answer', 'fault.wake'],
  minor: ['fault.continue', 'fault.answer', 'fault.wake'],
};

const BY_PANE: Readonly<Record<1 | 2 | 3 | 4 | 5, readonly string[]>> = {
  1: ['nav.open', 'hold.set', 'hold.toggle', 'tab.next', 'pane.zoom', 'layout.cycle', 'yank'],
  2: [
    'rule.toggle', 'rule.edit', 'rule.delete', 'rule.down', 'rule.up', 'rules.load', 'rule.from-focus', 'hold.set', 'nav.open',
  ], // prettier-ignore
  3: ['nav.open', 'tab.next', 'log', 'hold.set', 'pane.zoom'],
  4: FAULTS,
  5: [
    'fault.answer', 'fault.zero', 'fault.copy', 'fault.unprotect', 'fault.continue', 'fault.edit', 'fault.harm',
    'search.start', 'tab.next', 'pane.zoom', 'yank',
  ], // prettier-ignore
};

/** Of a recording: time first, then what looks. */
const IN_TIME = [
  'time.play', 'time.step', 'time.step-back', 'time.forward', 'time.rewind', 'time.faster', 'time.slower', 'time.goto',
] as const; // prettier-ignore

const IN_SCRIPTS = [
  'script.toggle', 'script.reload', 'script.add', 'script.command', 'script.remove', 'nav.open', 'tab.next', 'pane.zoom',
] as const; // prettier-ignore

const BY_MODE: Readonly<Record<Exclude<Mode, 'panes' | 'rules' | 'scripts' | 'recording'>, readonly string[]>> = {
  picker: ['picker.attach', 'picker.watch', 'picker.filter', 'picker.refresh', 'keys', 'prompt'],
  list: ['dialog.accept', 'nav.down', 'nav.up', 'nav.back'],
  question: ['dialog.accept', 'dialog.close'],
  typing: ['dialog.accept', 'line.complete', 'line.older', 'dialog.close', 'panic.release'],
  hex: ['dialog.accept', 'hex.side', 'hex.undo', 'hex.revert', 'hex.external', 'dialog.close'],
};

export function hintsFor(app: App): { left: Hint[]; right: Hint[] } {
  const { mode } = app;
  if (app.attaching) return { left: [], right: hint(app, 'quit') };
  const own = app.overlays.front?.hints;
  const names = own ?? namesIn(app, mode);
  const right = isPanes(mode) || mode === 'picker' ? ['nav.leave', 'quit'] : [];
  const left = names.flatMap((name) => hint(app, name));
  // What this fault cannot take is no hint; Detail says why. It would only crowd out what can be done.
  const useful = left.filter(({ ok, command }) => ok || !/^(fault|mark|search)\./.test(command));
  return { left: useful, right: right.flatMap((name) => hint(app, name)) };
}

function isPanes(mode: Mode): mode is 'panes' | 'rules' | 'scripts' | 'recording' {
  return mode === 'panes' || fallsBack(mode);
}

function namesIn(app: App, mode: Mode): readonly string[] {
  if (!isPanes(mode)) return BY_MODE[mode];
  if (mode === 'scripts') return IN_SCRIPTS;
  const names = BY_PANE[app.state.focus];
  if (mode !== 'recording') return names;
  return [...IN_TIME, ...names.filter((name) => /^(view|nav|tab|pane|yank)/.test(name) && name !== 'view.freeze')];
}

/** `a answer · z zero · e edit bytes`: what the fault in focus can take, in one line. */
export function firstVerbs(app: App, kind: FaultKind): string {
  const verbs = FIRST[kind].flatMap((name) => hint(app, name)).filter(({ ok }) => ok);
  return verbs.map(({ key, title }) => `${key} ${title}`).join(' · ');
}

/** The verbs for the fault in focus, with the reason where one would be refused. */
export function verbHints(app: App): (Hint & Greyed)[] {
  return FAULT_VERBS.flatMap((name) => hint(app, name));
}

export function verdictOf(app: App, command: Command): Verdict {
  const needsSession =
    command.bindings.every(({ modes }) => !modes.includes('picker')) && !command.name.startsWith('dialog');
  if (app.watch === null && needsSession) return no('nothing is attached');
  if (app.picker === null && command.name.startsWith('picker.')) return no('a process is chosen already');
  return command.enabled?.(app) ?? OK;
}

/** The first key that means it here. */
function keyIn(app: App, command: Command): string | undefined {
  const { mode } = app;
  const here = command.bindings.find(
    ({ modes }) => modes.includes(mode) || (fallsBack(mode) && modes.includes('panes')),
  );
  return (here ?? command.bindings[0])?.key;
}

function hint(app: App, name: string): (Hint & Greyed)[] {
  const command = app.keymap.command(name);
  if (!command) return [];
  const key = keyIn(app, command);
  if (key === undefined) return [];
  const verdict = verdictOf(app, command);
  const title = command.titleNow?.(app) ?? command.title;
  return [{ command: name, key, title, ok: verdict.ok, reason: verdict.ok ? '' : verdict.reason }];
}
