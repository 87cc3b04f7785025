/** Keys to commands: the registry's own bindings, and what a configuration changes in them. */
import type { Command, Keys } from '../faces.js';
import { fallsBack, MODES, on, PANES_ONLY, type Mode } from './modes.js';
import { commandNamed, isScriptCommand } from './script-commands.js';

/** Command name to its key or keys; an empty list takes them away. */
export type KeyOverrides = Readonly<Record<string, string | readonly string[]>>;

export class Keymap implements Keys {
  readonly #byMode = new Map<Mode, Map<string, Command>>();
  readonly #keysOf = new Map<string, string[]>();

  constructor(readonly commands: readonly Command[]) {
    for (const mode of MODES) this.#byMode.set(mode, new Map());
    for (const command of commands) {
      for (const { key, modes } of command.bindings) {
        this.#keysOf.set(command.name, [...new Set([...(this.#keysOf.get(command.name) ?? []), key])]);
        for (const mode of modes) this.#byMode.get(mode)!.set(key, command);
      }
    }
  }

  find(key: string, mode: Mode): Command | null {
    const here = this.#byMode.get(mode)!.get(key);
    if (here) return here;
    return fallsBack(mode) ? (this.#byMode.get('panes')!.get(key) ?? null) : null;
  }

  keysOf(name: string): readonly string[] {
    return this.#keysOf.get(name) ?? [];
  }

  command(name: string): Command | null {
    return this.commands.find((command) => command.name === name) ?? null;
  }
}

/** Commands with other keys, or what is wrong with the wish, one sentence each. */
export function remap(commands: readonly Command[], wanted: KeyOverrides): { commands: Command[]; problems: string[] } {
  const problems: string[] = [];
  for (const name of Object.keys(wanted)) {
    if (!commands.some((command) => command.name === name) && !isScriptCommand(name))
      problems.push(`keys: there is no command ${name}`);
  }
  const changed = commands.map((command) => {
    const keys = wanted[command.name];
    if (keys === undefined) return command;
    const list = typeof keys === 'string' ? [keys] : keys;
    if (list.length === 0 && command.name === 'panic.release') {
      problems.push('keys: panic.release must keep a key');
      return command;
    }
    const modes = [...new Set(command.bindings.flatMap((binding) => binding.modes))];
    return { ...command, bindings: list.map((key) => ({ key, modes })) };
  });
  const ofScripts = Object.entries(wanted)
    .filter(([name]) => isScriptCommand(name))
    .map(([name, keys]) => commandNamed(name, on(PANES_ONLY, ...(typeof keys === 'string' ? [keys] : keys))));
  const all = [...changed, ...ofScripts];
  return { commands: all, problems: [...problems, ...conflicts(all)] };
}

/** Keys that two commands want in one mode. */
export function conflicts(commands: readonly Command[]): string[] {
  const owners = new Map<string, string>();
  const found: string[] = [];
  for (const command of commands) {
    for (const { key, modes } of command.bindings) {
      for (const mode of modes) {
        const place = `${mode} ${key}`;
        const owner = owners.get(place);
        if (owner !== undefined) found.push(`keys: ${key} is both ${owner} and ${command.name} (${mode})`);
        owners.set(place, command.name);
      }
    }
  }
  return found;
}
