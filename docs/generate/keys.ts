/** docs/reference/keys.md, from the registry of commands that the screen itself reads. */
import { EVERYWHERE, GROUPS, type Binding, type Command, type Mode } from '../../ui/commands/command.js';
import { COMMANDS } from '../../ui/commands/registry.js';
import { code, sections, table } from './markdown.js';

const WHERE: Readonly<Record<Mode, string>> = {
  panes: 'panes',
  rules: 'Rules pane',
  recording: 'recordings',
  scripts: 'Scripts tab',
  picker: 'list of processes',
  list: 'dialogs with a list',
  question: 'questions',
  typing: 'prompts',
  hex: 'hex editor',
};

export function keysPage(): string {
  return sections(
    '# Keys',
    'Every key is a named command. The name works at the `:` prompt, with an argument where one is shown; `ctrl-p` finds a command by a few letters; `?` and `K` show this on the screen. A key whose command cannot be used now is greyed, with the reason.',
    ...GROUPS.map((group) => [group, COMMANDS.filter((command) => command.group === group)] as const)
      .filter(([, commands]) => commands.length > 0)
      .map(([group, commands]) =>
        sections(`## ${group}`, table(['keys', 'command', 'what it does', 'where'], commands.map(row))),
      ),
  );
}

function row(command: Command): string[] {
  const { name, argument, bindings, help } = command;
  const groups = keysByPlace(bindings);
  return [
    [...groups.values()].flat().map(code).join(' '),
    code(argument === undefined ? name : `${name} ${argument.example}`),
    help,
    groups.size <= 1
      ? [...groups.keys()].join('')
      : [...groups].map(([place, keys]) => `${keys.map(code).join(' ')}: ${place}`).join('; '),
  ];
}

/** `everywhere` to `ctrl-c`, `panes, dialogs with a list` to `Q`. */
function keysByPlace(bindings: readonly Binding[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const key of new Set(bindings.map((binding) => binding.key))) {
    const modes = new Set(bindings.filter((binding) => binding.key === key).flatMap((binding) => binding.modes));
    const place = EVERYWHERE.every((mode) => modes.has(mode))
      ? 'everywhere'
      : [...modes].map((mode) => WHERE[mode]).join(', ');
    groups.set(place, [...(groups.get(place) ?? []), key]);
  }
  return groups;
}
