/** docs/reference/commands.md, from the tree of commands that the program itself parses with. */
import type { Argument, Command, Option } from 'commander';
import { buildProgram } from '../../bin/program.js';
import { TARGETS } from '../../native/session/targets.js';
import { version } from '../../native/session/version.js';
import { ENVIRONMENT, EXIT_STATUS, VALUES } from './facts.js';
import { code, sections, table } from './markdown.js';

export function programTree(): Command {
  return buildProgram(version, () => {});
}

export function commandsPage(): string {
  const program = programTree();
  return sections(
    '# Commands',
    `${program.description()}`,
    'Data goes to stdout, talk to stderr. A closed pipe, SIGINT and SIGTERM are an orderly end.',
    table(
      ['command', 'what it does'],
      [
        [code('uffdscope'), 'choose a process from a live list, and attach to it'],
        ...program.commands.map((command) => [
          `[${code(`uffdscope ${command.name()}`)}](#uffdscope-${command.name()})`,
          command.description(),
        ]),
      ],
    ),
    '## Options of every command',
    optionTable(optionsOf(program)),
    ...program.commands.map(commandSection),
    '## Values',
    table(
      ['value', 'how it is written'],
      VALUES.map(([name, how]) => [code(name), how]),
    ),
    '## Exit status',
    table(
      ['status', 'meaning'],
      EXIT_STATUS.map(([status, meaning]) => [String(status), meaning]),
    ),
    'Which error ends with which status: [errors.md](errors.md).',
    '## Environment',
    table(
      ['variable', 'what it does'],
      ENVIRONMENT.map(([name, what]) => [code(name), what]),
    ),
    '## Bundled targets',
    `For ${code('uffdscope demo NAME')}. A target that asks waits for an answer from whoever attaches; one that serves has a handler of its own; in a broken one that handler does not do its work.`,
    table(
      ['name', 'handler', 'what it is', 'what it teaches'],
      TARGETS.map(({ name, handler, title, teaches }) => [code(name), handler, title, teaches]),
    ),
  );
}

function commandSection(command: Command): string {
  const { registeredArguments } = command;
  const parts = [
    `## uffdscope ${command.name()}`,
    sentence(command.description()),
    `\`\`\`\n${usageOf(command)}\n\`\`\``,
  ];
  if (registeredArguments.length > 0) {
    parts.push(table(['argument', 'what it is'], registeredArguments.map(argumentRow)));
  }
  const options = optionsOf(command);
  if (options.length > 0) parts.push(optionTable(options));
  return sections(...parts);
}

export function usageOf(command: Command): string {
  return `uffdscope ${command.name()} ${command.usage()}`;
}

/** Without --help, which every command has. */
export function optionsOf(command: Command): readonly Option[] {
  return command.options.filter((option) => !option.hidden);
}

export function optionText({ description, argChoices }: Option): string {
  if (argChoices === undefined) return description;
  return `${description}; ${argChoices.length > 1 ? 'one of ' : ''}${argChoices.join(', ')}`;
}

function optionTable(options: readonly Option[]): string {
  return table(
    ['option', 'what it does'],
    options.map((option) => [code(option.flags), optionText(option)]),
  );
}

function argumentRow(argument: Argument): string[] {
  return [code(argument.name()), argument.description + (argument.required ? '' : ', optional')];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
