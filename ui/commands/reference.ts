/** docs/reference/keys.md, made from the registry. */
import { GROUPS, MODES, type Command, type Mode } from './command.js';

const WHERE: Readonly<Record<Mode, string>> = {
  panes: 'panes',
  rules: 'Rules pane',
  picker: 'picker',
  list: 'lists and menus',
  question: 'questions',
  typing: 'typed lines',
  hex: 'hex editor',
};

const HEAD = `# Keys and commands

Made from the command registry by \`npm run docs\`; do not edit. Every row is a command: its name works at the \`:\` prompt
(the last part is enough where it is unique) and in the configuration file, where \`"keys": {"fault.zero": "Z"}\` gives it
another key.
`;

export function keysReference(commands: readonly Command[]): string {
  const parts = GROUPS.flatMap((group) => {
    const rows = commands.filter((command) => command.group === group);
    if (rows.length === 0) return [];
    return [
      `## ${group}\n`,
      '| key | command | where | what it does |',
      '| --- | --- | --- | --- |',
      ...rows.map(row),
      '',
    ];
  });
  return `${HEAD}\n${parts.join('\n')}`;
}

function row(command: Command): string {
  const keys = [...new Set(command.bindings.map(({ key }) => key))].map(code).join(' ');
  const argument = command.argument ? ` Argument: ${code(command.argument.example)}.` : '';
  return `| ${keys} | ${code(command.name)} | ${where(command)} | ${command.help}${argument} |`;
}

function where({ bindings }: Command): string {
  const modes = MODES.filter((mode) => bindings.some((binding) => binding.modes.includes(mode)));
  if (modes.length === 0) return 'prompt and palette';
  // `rules` falls back to `panes`, so all but it is everywhere.
  return modes.length >= MODES.length - 1 ? 'everywhere' : modes.map((mode) => WHERE[mode]).join(', ');
}

function code(text: string): string {
  return text.includes('|') ? `<kbd>${text.replaceAll('|', '&#124;')}</kbd>` : `\`${text}\``;
}
