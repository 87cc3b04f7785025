import type { CommandShape, FlagShape, Words } from './completion-shape.js';

/** For `eval "$(uffdscope completion bash)"`; needs no bash-completion. */
export function bashScript(commands: readonly CommandShape[], flags: readonly FlagShape[]): string {
  return `# bash completion of uffdscope; from: uffdscope completion bash
_uffdscope() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= i place=0
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in -*) ;; *) command=\${COMP_WORDS[i]}; break ;; esac
  done
  for ((i++; i < COMP_CWORD; i++)); do
    case "$command:\${COMP_WORDS[i]}" in
${taking(commands)}) ((i++)) ;;
      *:-*) ;;
      *) ((place++)) ;;
    esac
  done
  case "$command:$prev" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case "$cur" in
    -*)
      case "$command" in
${commands.map((one) => `        ${one.name}) COMPREPLY=($(compgen -W ${quote(names(one.flags))} -- "$cur")) ;;`).join('\n')}
        *) COMPREPLY=($(compgen -W ${quote(names(flags))} -- "$cur")) ;;
      esac
      return ;;
  esac
  case "$command:$place" in
    :*) COMPREPLY=($(compgen -W ${quote(commands.map(({ name }) => name).join(' '))} -- "$cur")) ;;
${commands.flatMap(placeCases).join('\n')}
  esac
}
# What stands before the last part of a rule is kept; a rule in quotes comes with its opening quote.
_uffdscope_rule() {
  local cur=\${cur#[\\'\\"]} part word
  part=\${cur##*[: ]}
  compopt -o nospace 2>/dev/null
  for word in $1; do
    [[ $word == "$part"* ]] && COMPREPLY+=("\${cur%"$part"}$word")
  done
}
complete -F _uffdscope uffdscope
`;
}

function valueCases({ name, flags }: CommandShape): string[] {
  return flags.flatMap((flag) =>
    flag.value === null
      ? []
      : [`    ${flag.names.map((one) => `${name}:${one}`).join('|')}) ${reply(flag.value)}; return ;;`],
  );
}

function placeCases({ name, arguments: places }: CommandShape): string[] {
  return places.map((words, i) => `    ${name}:${i}) ${reply(words)} ;;`);
}

/** The flags that the word behind them belongs to. */
function taking(commands: readonly CommandShape[]): string {
  const flags = commands.flatMap(({ name, flags: all }) =>
    all.filter(({ value }) => value !== null).flatMap(({ names: spelt }) => spelt.map((one) => `${name}:${one}`)),
  );
  return `      ${flags.join('|')}`;
}

function reply(words: Words): string {
  switch (words.from) {
    case 'choices':
      return `COMPREPLY=($(compgen -W ${quote(words.choices.join(' '))} -- "$cur"))`;
    case 'rule':
      return `_uffdscope_rule ${quote(words.words.join(' '))}`;
    case 'pids':
      return `COMPREPLY=($(cd /proc && compgen -W "$(echo [0-9]*)" -- "$cur"))`;
    case 'files':
      return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))';
    case 'nothing':
      return ':';
  }
}

function names(flags: readonly FlagShape[]): string {
  return flags.flatMap((flag) => flag.names).join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
