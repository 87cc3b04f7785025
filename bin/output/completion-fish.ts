import type { CommandShape, FlagShape, Words } from './completion-shape.js';

/** For ~/.config/fish/completions/uffdscope.fish. */
export function fishScript(commands: readonly CommandShape[], flags: readonly FlagShape[]): string {
  const lines = [
    '# fish completion of uffdscope; from: uffdscope completion fish',
    'complete -c uffdscope -f',
    ...flags.map((flag) => `complete -c uffdscope ${flagWords(flag)}`),
    ...commands.map(
      ({ name, about }) => `complete -c uffdscope -n __fish_use_subcommand -a ${name} -d ${quote(about)}`,
    ),
  ];
  for (const command of commands) {
    const when = `-n '__fish_seen_subcommand_from ${command.name}'`;
    for (const flag of command.flags) lines.push(`complete -c uffdscope ${when} ${flagWords(flag)}`);
    for (const words of command.arguments.map(source).filter(Boolean))
      lines.push(`complete -c uffdscope ${when} ${words}`);
  }
  return `${lines.join('\n')}\n`;
}

function flagWords({ names, about, value }: FlagShape): string {
  const words = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  if (value !== null) words.push(value.from === 'files' ? '-r' : '-x', source(value));
  words.push(`-d ${quote(about)}`);
  return words.filter(Boolean).join(' ');
}

function source(words: Words): string {
  switch (words.from) {
    case 'choices':
      return `-a ${quote(words.choices.join(' '))}`;
    case 'rule':
      return `-a ${quote(`(string replace -r "[^: ]*\\$" "" -- (commandline -ct)){${words.words.join(',')}}`)}`;
    case 'pids':
      return `-a '(__fish_complete_pids)'`;
    case 'files':
      return '-F';
    case 'nothing':
      return '';
  }
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
