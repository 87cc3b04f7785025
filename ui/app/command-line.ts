/** : and ctrl-p: commands by name. */
import { compileHold } from '../../native/session/filter/index.js';
import { UffdscopeError } from '../../native/session/errors.js';
import { verdictOf } from '../commands/hints.js';
import { isScriptCommand, scriptCommands } from '../commands/script-commands.js';
import type { App, ArgumentKind, Command } from '../faces.js';
import { parseDuration, parseFilePlace } from '../model/arguments.js';
import { completePath } from '../model/complete-path.js';
import { parseMoment } from '../model/moment.js';
import type { Completion } from '../screen/prompt-line.js';
import { Palette } from '../views/palette.js';
import type { Check } from '../views/prompt-text.js';
import { askLine } from './dialogs.js';
import { filterCompleter, filterProblem } from './filter-prompt.js';
import { compileFor } from './navigate.js';
import { ruleCheck, ruleCompleter } from './rule-prompt.js';

/** What is at work in dialogs has no meaning at the prompt. */
function offered(app: App): Command[] {
  return app.keymap.commands.filter(
    ({ name }) =>
      (!/^(dialog|line|hex|nav)\./.test(name) &&
        !isScriptCommand(name) &&
        (app.watch === null) === name.startsWith('picker.') &&
        (Boolean(app.watch?.player) || !name.startsWith('time.'))) ||
      COMMON.has(name),
  );
}

const COMMON = new Set(['quit', 'help', 'keys', 'options', 'theme.next', 'hints.toggle', 'redraw', 'suspend']);

/** `fault.zero`, or `zero` where only one command ends so; null where none or several do. */
export function findCommand(commands: readonly Command[], name: string): Command | null {
  const exact = commands.find((command) => command.name === name);
  if (exact) return exact;
  const short = commands.filter(
    (command) => command.name.split('.').at(-1) === name || command.name.split('.')[0] === name,
  );
  const ends = short.filter((command) => command.name.endsWith(`.${name}`));
  return ends.length === 1 ? ends[0]! : short.length === 1 ? short[0]! : null;
}

/** Other words people type. */
const ALIASES: Readonly<Record<string, string>> = {
  q: 'quit',
  hold: 'hold.set',
  unhold: 'hold.toggle',
  filter: 'view.filter',
  search: 'search.start',
  poison: 'fault.harm',
  corrupt: 'fault.harm',
  rule: 'rule.add',
  rules: 'rules.load',
  release: 'panic.release',
  theme: 'theme.next',
};

function split(line: string): [name: string, argument: string | null] {
  const match = /^\s*(\S+)\s*(.*?)\s*$/s.exec(line);
  return match ? [match[1]!, match[2] === '' ? null : match[2]!] : ['', null];
}

function resolve(app: App, line: string): { command: Command | null; name: string; argument: string | null } {
  const [name, argument] = split(line);
  const commands = offered(app);
  const alias = ALIASES[name];
  const meant = findCommand(commands, name);
  // `:rules` goes to the pane, `:rules FILE` takes the file.
  const fits = meant !== null && (argument === null || meant.argument !== undefined || alias === undefined);
  const own = fits ? meant : alias === undefined ? null : findCommand(commands, alias);
  const command = own ?? findCommand(scriptCommands(app), name);
  return { command, name, argument };
}

export async function prompt(app: App): Promise<void> {
  const line = await askLine(app, {
    title: 'Command',
    label: ':',
    history: 'command',
    check: (text) => checkLine(app, text),
    complete: (before) => completeLine(app, before),
  });
  if (line !== null && line.trim() !== '') await runLine(app, line);
}

/** Run what a line says. @throws UffdscopeError USAGE */
export async function runLine(app: App, line: string): Promise<void> {
  const { command, name, argument } = resolve(app, line);
  if (command === null)
    throw new UffdscopeError('USAGE', `There is no command ${name}.`, 'ctrl-p finds one by a few letters.');
  const verdict = verdictOf(app, command);
  if (!verdict.ok) throw new UffdscopeError('USAGE', verdict.reason);
  await command.run(app, argument);
}

export async function palette(app: App): Promise<void> {
  const command = await new Promise<Command | null>((done) =>
    app.overlays.open(new Palette(app, [...offered(app), ...scriptCommands(app)], (one) => verdictOf(app, one), done)),
  );
  if (command === null) return;
  if (command.argument?.required) {
    const { argument } = command;
    const line = await askLine(app, {
      title: command.title,
      label: `${command.name} `,
      history: command.name,
      complete: completerFor(app, argument.kind),
      check: () => ({ ok: true, info: `such as ${argument.example}` }),
    });
    if (line !== null) await command.run(app, line);
  } else await command.run(app, null);
}

function checkLine(app: App, line: string): Check {
  if (line.trim() === '') return { ok: true, info: 'a command; tab completes its name' };
  const { command, name, argument } = resolve(app, line);
  const at = line.indexOf(name);
  if (command === null) return { ok: false, message: `no command ${name}`, at, length: name.length };
  const verdict = verdictOf(app, command);
  if (!verdict.ok) return { ok: false, message: verdict.reason, at, length: name.length };
  if (argument === null) {
    if (command.argument?.required) return { ok: false, message: `such as: ${name} ${command.argument.example}` };
    return { ok: true, info: command.help };
  }
  if (!command.argument)
    return {
      ok: false,
      message: `${name} takes no argument`,
      at: line.indexOf(argument, at + name.length),
      length: argument.length,
    };
  return checkArgument(app, command.argument.kind, argument, line.indexOf(argument, at + name.length), command.help);
}

function checkArgument(app: App, kind: ArgumentKind, text: string, at: number, help: string): Check {
  const problem = ((): Check | null => {
    switch (kind) {
      case 'filter': {
        const compiled = compileFor(app, text);
        return compiled.ok ? null : filterProblem(compiled.error);
      }
      case 'hold': {
        const compiled = compileHold(text);
        return compiled.ok ? null : filterProblem(compiled.error);
      }
      case 'rule': {
        const checked = ruleCheck(text);
        return checked.ok ? null : checked;
      }
      case 'duration': {
        const parsed = parseDuration(text);
        return parsed.ok ? null : { ok: false, message: parsed.message, at: 0, length: text.length };
      }
      case 'file': {
        const parsed = parseFilePlace(text);
        return parsed.ok ? null : { ok: false, message: parsed.message, at: 0, length: text.length };
      }
      case 'moment': {
        const parsed = parseMoment(text, app.at.session.playback!);
        return parsed.ok ? null : { ok: false, message: parsed.message, at: 0, length: text.length };
      }
      case 'source':
      case 'text':
        return null;
    }
  })();
  if (problem === null || problem.ok) return { ok: true, info: help };
  return { ...problem, at: at + (problem.at ?? text.length) };
}

function completeLine(app: App, before: string): Completion {
  const match = /^(\s*)(\S+)(\s+)(.*)$/s.exec(before);
  if (!match) {
    const typed = before.trimStart();
    const names = [
      ...[...offered(app), ...scriptCommands(app)].map((command) => command.name),
      ...Object.keys(ALIASES),
    ];
    const words = names.filter((name) => name.startsWith(typed) || name.split('.').at(-1)!.startsWith(typed));
    return { words: [...new Set(words)].toSorted().map((word) => `${word} `), typed };
  }
  const { command } = resolve(app, `${match[2]!} argument`);
  return command?.argument ? completerFor(app, command.argument.kind)(match[4]!) : { words: [], typed: '' };
}

function completerFor(app: App, kind: ArgumentKind): (before: string) => Completion {
  switch (kind) {
    case 'filter':
      return filterCompleter(app, true);
    case 'hold':
      return filterCompleter(app, false);
    case 'rule':
      return ruleCompleter(app);
    case 'file':
    case 'source':
      return completePath;
    case 'duration':
    case 'moment':
    case 'text':
      return () => ({ words: [], typed: '' });
  }
}
