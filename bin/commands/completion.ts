/**
 * `completion SHELL`: a script made from the tree of commands. It stands alone: pressing TAB starts no Node and
 * evaluates nothing that was typed.
 */
import type { Command, Option } from 'commander';
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
  const [{ TARGETS }, { RULE_WORDS }, { describe }] = await Promise.all([
    import('../../native/session/targets.js'),
    import('../../native/session/rules/fields.js'),
    import('../../native/session/filter/describe.js'),
  ]);
  const lists: Lists = {
    targets: TARGETS.map(({ name }) => name),
    ruleWords: [
      ...describe()
        .fields.filter(({ context, later }) => context === 'faults' && later === null)
        .map(({ name }) => `${name}=`),
      ...RULE_WORDS.map(({ name, value, optional }) => (value === null || optional ? name : `${name}=`)),
    ],
  };
  const commands = program.commands.map((command) => commandShape(command, lists));
  out.write(SCRIPTS[found](commands, flagsOf(program, lists)));
}

/** What the tree of commands does not name. */
interface Lists {
  readonly targets: readonly string[];
  readonly ruleWords: readonly string[];
}

function commandShape(command: Command, lists: Lists): CommandShape {
  return {
    name: command.name(),
    about: command.description(),
    flags: flagsOf(command, lists),
    argument: argumentWords(command, lists),
  };
}

function argumentWords(command: Command, lists: Lists): Words {
  const [argument] = command.registeredArguments;
  switch (argument?.name()) {
    case 'pid':
      return { from: 'pids' };
    case 'shell':
      return { from: 'choices', choices: SHELLS };
    case 'target':
      return { from: 'choices', choices: lists.targets };
    default:
      return command.commands.length === 0
        ? { from: 'nothing' }
        : { from: 'choices', choices: command.commands.map((one) => one.name()) };
  }
}

function flagsOf(command: Command, lists: Lists): FlagShape[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({
      names: [option.long, option.short].filter((name) => name !== undefined && name !== null) as string[],
      about: option.description,
      value: option.required || option.optional ? valueWords(option, lists) : null,
    }));
}

const FILES = new Set(['--source', '--rules']);

function valueWords(option: Option, { ruleWords }: Lists): Words {
  if (option.argChoices !== undefined) return { from: 'choices', choices: option.argChoices };
  if (option.long === '--via') return { from: 'pids' };
  if (option.long === '--rule') return { from: 'rule', words: ruleWords };
  if (FILES.has(option.long ?? '')) return { from: 'files' };
  return { from: 'nothing' };
}
