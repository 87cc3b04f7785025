/** Scripts by hand: added, switched, loaded again, taken out; and faults that are given to one. */
import { UffdscopeError } from '../../native/session/errors.js';
import { checkScriptFile } from '../../native/session/script/script-file.js';
import type { ScriptCommandRow, ScriptRow } from '../../native/session/script/scripts.js';
import { no, OK, type Verdict } from '../commands/modes.js';
import type { Parsed } from '../model/arguments.js';
import { completePath } from '../model/complete-path.js';
import { plural } from '../rows/format.js';
import { cellWidth } from '../screen/cells.js';
import { TextDialog } from '../views/text-dialog.js';
import type { App } from '../faces.js';
import { chosen, legalOnes, perform, verdictFor } from './deeds.js';
import { askValue, choose } from './dialogs.js';
import { goTo } from './navigate.js';

const SCRIPTS_TAB = 1;

/** A script in focus, or why not. */
export function onScript(app: App): Verdict {
  if (app.watch?.session.scripts.list().length === 0) return no('there is no script; L in the Scripts tab takes one');
  return app.panes?.scripts.focused ? OK : no('no script is in focus');
}

function inFocus(app: App): ScriptRow {
  const script = app.panes?.scripts.focused;
  if (!script) throw new UffdscopeError('USAGE', 'No script is in focus.');
  return script;
}

export async function addScript(app: App, argument: string | null): Promise<void> {
  const path = argument ?? (await askFile(app));
  if (path === null) return;
  const { session } = app.at;
  const before = new Set(session.scripts.list().map(({ id }) => id));
  await session.useScripts([path]);
  const added = session.scripts.list().find(({ id }) => !before.has(id));
  goTo(app, 2, SCRIPTS_TAB);
  if (!added) return;
  app.panes?.scripts.focusOn(added.id);
  if (added.state === 'on') said(app, `script ${added.name} is at work`); // else it has said why itself
}

function askFile(app: App): Promise<string | null> {
  const parse = (line: string): Parsed<string> => {
    try {
      return { ok: true, value: checkScriptFile(line.trim()) };
    } catch (error) {
      return { ok: false, message: line.trim() === '' ? 'a file of TypeScript or JavaScript' : messageOf(error) };
    }
  };
  return askValue(app, { title: 'Script', label: 'file: ', history: 'script-file', parse, complete: completePath });
}

export async function toggleScript(app: App): Promise<void> {
  const { id, name, state } = inFocus(app);
  const { scripts } = app.at.session;
  await scripts.switch(id, state !== 'on');
  const now = scripts.list().find((one) => one.id === id);
  if (now?.state === 'on') said(app, `script ${name} is on`);
  else if (state === 'on') said(app, `script ${name} is off; the next one, then the default answers`);
}

export async function reloadScript(app: App): Promise<void> {
  await app.at.session.scripts.reload(inFocus(app).id);
}

export async function removeScript(app: App): Promise<void> {
  const { id } = inFocus(app);
  await app.at.session.scripts.remove(id);
}

/** `|`: some script that is on could do something. */
export function canPipe(app: App): Verdict {
  if (app.watch === null) return no('nothing is attached');
  const { scripts } = app.watch.session;
  if (!scripts.list().some(({ state }) => state === 'on')) return no('no script is on; :script.add FILE takes one');
  if (scripts.commands().length > 0) return OK;
  const verdict = verdictFor(app, 'script');
  return verdict.ok && answerers(app).length === 0 ? no('no script that is on has an onFault') : verdict;
}

const answerers = (app: App): readonly ScriptRow[] =>
  app.at.session.scripts.list().filter(({ state, hooks }) => state === 'on' && hooks.includes('onFault'));

type Choice = { readonly ask: string } | { readonly run: ScriptCommandRow };

/** Gives the chosen faults to a script, or runs a command of one on them; a menu where there is more than one way. */
export async function pipe(app: App, argument: string | null): Promise<void> {
  const legal = verdictFor(app, 'script');
  const asks = argument === null ? answerers(app).map(({ name }) => name) : [argument];
  const ways: { readonly title: string; readonly note: string; readonly value: Choice }[] = [
    ...(legal.ok ? asks.map((ask) => ({ title: ask, note: 'its onFault answers', value: { ask } })) : []),
    ...(argument === null
      ? app.at.session.scripts
          .commands()
          .map((run) => ({ title: `${run.of}: ${run.name}`, note: run.about, value: { run } }))
      : []),
  ];
  if (ways.length === 0) throw new UffdscopeError('USAGE', legal.ok ? 'There is no way to do that.' : legal.reason);
  const items = ways.map((way, i) => ({ ...way, key: i < 9 ? String(i + 1) : String.fromCharCode(88 + i) }));
  const faults = plural(chosen(app).length, 'fault');
  // A command does what its author wrote, also where no fault waits: never without its name being read.
  const alone = ways.length === 1 && 'ask' in ways[0]!.value ? ways[0]!.value : null;
  const way = alone ?? (await choose(app, { title: `Script on ${faults}`, items }));
  if (way === null) return;
  if ('ask' in way) await perform(app, { verb: 'script', script: way.ask }, legalOnes(app, 'script'));
  else await runScriptCommand(app, way.run, []);
}

/** `c` in the Scripts tab: one of the commands of the script in focus. */
export async function chooseCommand(app: App): Promise<void> {
  const { id, name } = inFocus(app);
  const own = app.at.session.scripts.commands().filter(({ script }) => script === id);
  if (own.length === 0) throw new UffdscopeError('USAGE', `The script ${name} has no commands, or is not on.`);
  const items = own.map((one, i) => ({ key: String(i + 1), title: one.name, note: one.about, value: one }));
  const command = await choose(app, { title: `Commands of ${name}`, items });
  if (command !== null) await runScriptCommand(app, command, []);
}

/** It gets the marked faults, or the one in focus; what it returns is shown. */
export async function runScriptCommand(app: App, command: ScriptCommandRow, args: readonly string[]): Promise<void> {
  const text = await app.at.session.scripts.run(command.script, command.name, args, chosen(app));
  const line = `${command.of} ${command.name}: ${text === '' ? 'done' : text}`;
  app.at.note(true, line);
  if (cellWidth(line) < app.state.columns) app.say(line, 'ok');
  else app.overlays.open(new TextDialog(app, `${command.of} ${command.name}`, [text]));
}

function said(app: App, what: string): void {
  app.at.note(true, what);
  app.say(what, 'ok');
}

function messageOf(error: unknown): string {
  return error instanceof UffdscopeError ? error.message : String(error);
}
