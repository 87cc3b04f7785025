/**
 * `completion SHELL`: a script made from the tree of commands. It stands alone: pressing TAB starts no Node and
 * evaluates nothing that was typed.
 */
import type { Argument, Command, Option } from 'commander';
import type { Context } from '../context.js';
import type { CommandShape, FlagShape, Words } from '../output/completion-shape.js';
import { bashScript } from '../output/completion-bash.js';
import { fishScript } from '../output/completion-fish.js';
import { zshScript } from '../output/completion-zsh.js';
import { quoted, usage } from '../flags.js';
import { SHELLS, type Shell } from '../program.js';

const SCRIPTS: Readonly<Record<Shell, (commands: readonly CommandShape[], flags: readonly FlagShape[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export async function completion(program: Command, shell: string, { out }: Context): Promise<void> {
  const found = SHELLS.find((one) => one === shell);
  if (found === undefined)
    throw usage(`There is no completion for ${quoted(shell)}`, `There is for ${SHELLS.join(', ')}.`);
  const { TARGETS } = await import('../../native/session/targets.js');
  const targets = TARGETS.map(({ name }) => name);
  const commands = program.commands.map((command) => commandShape(command, targets));
  out.write(SCRIPTS[found](commands, flagsOf(program)));
}

function commandShape(command: Command, targets: readonly string[]): CommandShape {
  const [argument] = command.registeredArguments;
  return {
    name: command.name(),
    about: command.description(),
    flags: flagsOf(command),
    argument: argumentWords(argument, targets),
  };
}

function argumentWords(argument: Argument | undefined, targets: readonly string[]): Words {
  switch (argument?.name()) {
    case 'pid':
      return { from: 'pids' };
    case 'shell':
      return { from: 'choices', choices: SHELLS };
    case 'target':
      return { from: 'choices', choices: targets };
    default:
      return { from: 'nothing' };
  }
}

function flagsOf(command: Command): FlagShape[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({
      names: [option.long, option.short].filter((name) => name !== undefined && name !== null) as string[],
      about: option.description,
      value: option.required || option.optional ? valueWords(option) : null,
    }));
}

function valueWords(option: Option): Words {
  if (option.argChoices !== undefined) return { from: 'choices', choices: option.argChoices };
  if (option.long === '--via') return { from: 'pids' };
  if (option.long === '--source') return { from: 'files' };
  return { from: 'nothing' };
}
