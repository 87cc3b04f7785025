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
    commands: program.commands.map((command) => command.name()),
    targets: TARGETS.map(({ name }) => name),
    ruleWords: [
      ...describe()
        .fields.filter(({ context, later }) => context === 'faults' && later === null)
        .map(({ name }) => `${name}=`),
      ...RULE_WORDS.map(({ name, value, optional }) => (value === null || optional ? name : `${name}=`)),
    ],
  };
  // `help` is commander's own, and not among its commands.
  const help = {
    name: 'help',
    about: 'print the help of a command',
    flags: [],
    arguments: [wordsOf('command', lists)],
  };
  const commands = [...program.commands.map((command) => commandShape(command, lists)), help];
  out.write(SCRIPTS[found](commands, flagsOf(program, lists)));
}

/** What the tree of commands does not name. */
interface Lists {
  readonly targets: readonly string[];
  readonly commands: readonly string[];
  readonly ruleWords: readonly string[];
}

function commandShape(command: Command, lists: Lists): CommandShape {
  return {
    name: command.name(),
    about: command.description(),
    flags: flagsOf(command, lists),
    arguments: argumentWords(command, lists),
  };
}

/** Of a command that has commands: which, and what the first argument of any of them may be. */
function argumentWords(command: Command, lists: Lists): Words[] {
  const { commands } = command;
  if (commands.length > 0) {
    const names: Words = { from: 'choices', choices: commands.map((one) => one.name()) };
    return [names, ...argumentWords(commands[0]!, lists).slice(0, 1)];
  }
  return command.registeredArguments.map((argument) => wordsOf(argument.name(), lists));
}

function wordsOf(argument: string, { targets, commands }: Lists): Words {
  switch (argument) {
    case 'pid':
      return { from: 'pids' };
    case 'file':
      return { from: 'files' };
    case 'shell':
      return { from: 'choices', choices: SHELLS };
    case 'target':
      return { from: 'choices', choices: targets };
    case 'command':
      return { from: 'choices', choices: commands };
    default:
      return { from: 'nothing' };
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

const FILES = new Set(['--source', '--rules', '--script', '--summary-json', '--junit', '--record']);

function valueWords(option: Option, { ruleWords }: Lists): Words {
  if (option.argChoices !== undefined) return { from: 'choices', choices: option.argChoices };
  if (option.long === '--via') return { from: 'pids' };
  if (option.long === '--rule') return { from: 'rule', words: ruleWords };
  if (FILES.has(option.long ?? '') || /FILE/i.test(option.flags)) return { from: 'files' };
  return { from: 'nothing' };
}
