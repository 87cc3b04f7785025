/** Commands that scripts bring: `script.SCRIPT.COMMAND`, or COMMAND alone where nothing else is called so. */
import { safeText } from '../../native/session/safe-text.js';
import type { ScriptCommandRow } from '../../native/session/script/scripts.js';
import { runScriptCommand } from '../app/scripts.js';
import type { App } from '../faces.js';
import { no, OK, type Binding, type Command } from './command.js';

const NAME = /^script\.[A-Za-z][\w.-]*\.[A-Za-z][\w.-]*$/;

/** Could be a command of some script; whether there is one is known when it runs. */
export function isScriptCommand(name: string): boolean {
  return NAME.test(name);
}

/** Those of the scripts that are on now. */
export function scriptCommands(app: App): Command[] {
  if (app.watch === null) return [];
  return app.watch.session.scripts.commands().map((row) => {
    const of = `of the script ${row.of}`;
    return commandNamed(nameOf(row), [], row.about === '' ? `A command ${of}.` : `${safeText(row.about)} (${of})`);
  });
}

/** One that a key is wished for, known or not yet. */
export function commandNamed(name: string, bindings: readonly Binding[], help = 'A command of a script.'): Command {
  return {
    name,
    bindings,
    title: name.slice(name.indexOf('.') + 1),
    help,
    group: 'Rules and scripts',
    argument: { kind: 'text', example: 'WORDS', required: false },
    enabled: (app) => (find(app, name) ? OK : no(`no script that is on has the command ${name.slice(7)}`)),
    run: async (app, argument) => {
      const row = find(app, name);
      if (row) await runScriptCommand(app, row, argument === null ? [] : argument.split(/\s+/));
    },
  };
}

function find(app: App, name: string): ScriptCommandRow | undefined {
  return app.watch?.session.scripts.commands().find((row) => nameOf(row) === name);
}

function nameOf({ of, name }: ScriptCommandRow): string {
  return `script.${of}.${name}`;
}
