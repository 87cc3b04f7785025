/** Rules made, changed, switched and moved by hand; each change is at work in the engine at once. */
import { formatText } from '../../native/session/filter/index.js';
import { readRuleFile, rulesError } from '../../native/session/rules/index.js';
import { UffdscopeError } from '../../native/session/errors.js';
import type { RuleLine } from '../../native/session/types.js';
import { no, OK, type Verdict } from '../commands/modes.js';
import type { Parsed } from '../model/arguments.js';
import { completePath } from '../model/complete-path.js';
import { hex, plural } from '../rows/format.js';
import type { App } from '../faces.js';
import { saveBytes } from './bytes.js';
import { askValue } from './dialogs.js';
import { askHold, toggleHold } from './hold.js';
import { goTo } from './navigate.js';
import { askRule } from './rule-prompt.js';

/** A rule in focus, or why not. */
export function onRule(app: App): Verdict {
  return app.panes?.rules.focused?.as === 'rule'
    ? OK
    : no('no rule is in focus; t makes one from a fault, :rule by hand');
}

/** The hold may be switched, edited and deleted like a rule. */
export function onRuleOrHold(app: App): Verdict {
  const as = app.panes?.rules.focused?.as;
  if (as === 'default') return no('the default answers what no rule takes; it was chosen with --default');
  return as === 'hold' ? OK : onRule(app);
}

function ruleInFocus(app: App): RuleLine {
  const focused = app.panes?.rules.focused;
  if (focused?.as !== 'rule') throw new UffdscopeError('USAGE', 'No rule is in focus.');
  return focused.rule;
}

/** `t`: what takes this fault and its like, ready for an action to be typed. */
export async function ruleFromFault(app: App): Promise<void> {
  const fault = app.at.list.focused;
  if (fault === null) return;
  const range = app.at.ranges.find((one) => one.id === fault.rangeId);
  const place = range
    ? `range=${formatText(range.name)} off=${hex(fault.page - range.start)}+${fault.pageSize / 1024}k`
    : `page=${hex(fault.page)}`;
  await addRule(app, await askRule(app, `Rule from #${fault.seq}`, `${place}: `));
}

export async function typeRule(app: App, argument: string | null): Promise<void> {
  await addRule(app, argument ?? (await askRule(app, 'Rule', '')));
}

async function addRule(app: App, text: string | null): Promise<void> {
  if (text === null) return;
  const [id] = await take(app, [text]);
  goTo(app, 2, 0);
  if (id !== undefined) app.panes?.rules.focusOn(id);
}

/** All of them, or none where we cannot take part; gives their ids. */
async function take(app: App, texts: readonly string[]): Promise<number[]> {
  const { rules } = app.at.session;
  const before = new Set(rules.list().map(({ id }) => id));
  const added = (): number[] => rules.list().flatMap(({ id }) => (before.has(id) ? [] : [id]));
  let notes: readonly string[];
  try {
    notes = await app.at.session.useRules(texts);
  } catch (error) {
    for (const id of added()) rules.remove(id);
    throw error;
  }
  const ids = added();
  const what = ids.length === 1 ? `rule ${ids[0]} is at work` : `${plural(ids.length, 'rule')} are at work`;
  said(app, what, [...notes.filter((note) => !/^Rule \d+:/.test(note)), ...oddOf(app, ids)]);
  return ids;
}

export async function editRule(app: App): Promise<void> {
  if (app.panes?.rules.focused?.as === 'hold') return askHold(app, null);
  const { id, text } = ruleInFocus(app);
  const line = await askRule(app, `Rule ${id}`, text);
  if (line === null || line === text) return;
  const notes = app.at.session.rules.edit(id, line);
  said(app, `rule ${id} is changed`, [...notes, ...oddOf(app, [id])]);
}

export async function toggleRule(app: App): Promise<void> {
  if (app.panes?.rules.focused?.as === 'hold') return toggleHold(app);
  const { id, on } = ruleInFocus(app);
  const kept = keptBy(app, id);
  app.at.session.rules.switch(id, !on);
  if (on) said(app, `rule ${id} is off${released(kept)}`, []);
  else said(app, `rule ${id} is on`, oddOf(app, [id]));
}

export async function deleteRule(app: App): Promise<void> {
  if (app.panes?.rules.focused?.as === 'hold') return toggleHold(app);
  const { id } = ruleInFocus(app);
  const kept = keptBy(app, id);
  app.at.session.rules.remove(id);
  said(app, `rule ${id} is deleted${released(kept)}`, []);
}

export function moveRule(app: App, by: 1 | -1): void {
  const { id } = ruleInFocus(app);
  app.at.session.rules.move(id, by);
  app.panes?.rules.focusOn(id);
  const [odd] = oddOf(app, [id]);
  if (odd !== undefined) app.say(odd, 'warn');
}

/** Without a file: where rules are. With one: those in it, behind the others. */
export async function loadRules(app: App, argument: string | null): Promise<void> {
  const path = argument ?? (await askPath(app, 'Load rules'));
  if (path === null) return;
  const file = readRuleFile(path);
  if (file.errors.length > 0) throw rulesError(path, file.errors);
  if (file.rules.length === 0) throw new UffdscopeError('RULES', `There is no rule in ${path}.`, 'One rule a line.');
  await take(
    app,
    file.rules.map(({ text }) => text),
  );
  goTo(app, 2, 0);
}

function askPath(app: App, title: string): Promise<string | null> {
  const parse = (line: string): Parsed<string> =>
    line.trim() === '' ? { ok: false, message: 'the name of a file' } : { ok: true, value: line.trim() };
  return askValue(app, { title, label: 'file: ', history: 'rule-file', parse, complete: completePath });
}

/** As `--rules` reads them; those that are off stand in comments. */
export function saveRules(app: App, path: string): void {
  const { rules, seed } = app.at.session;
  const list = rules.list();
  if (list.length === 0) throw new UffdscopeError('RULES', 'There are no rules to save.', 't makes one from a fault.');
  const lines = list.map(({ text, on }) => (on ? text : `# off: ${text}`));
  const written = `# seed ${seed}: with --seed it decides the same\n${lines.join('\n')}\n`;
  saveBytes(path, new TextEncoder().encode(written));
  app.say(`${plural(list.length, 'rule')} written to ${path}`, 'ok');
}

/** Faults that wait because of it. */
function keptBy(app: App, id: number): number {
  const { faults } = app.at.session;
  return faults.waiting().filter((seq) => faults.row(seq)?.by === `rule:${id}`).length;
}

function released(kept: number): string {
  return kept === 0 ? '' : `; ${plural(kept, 'fault')} that it kept ${kept === 1 ? 'is' : 'are'} released`;
}

function oddOf(app: App, ids: readonly number[]): string[] {
  const { rules, options } = app.at.session;
  return rules
    .odd(options.defaultAnswer)
    .flatMap(({ id, message }) => (ids.includes(id) ? [`rule ${id}: ${message}`] : []));
}

/** What came of it; what may surprise comes along, and stays in the log. */
function said(app: App, what: string, mind: readonly string[]): void {
  app.at.note(true, what);
  for (const note of mind) app.at.note(false, note);
  app.say([what, ...mind].join('; '), mind.length > 0 ? 'warn' : 'ok');
}
