import type { CommandShape, FlagShape, Words } from './completion-shape.js';

/** For a file `_uffdscope` in $fpath, or `eval "$(uffdscope completion zsh)"` after compinit. */
export function zshScript(commands: readonly CommandShape[], flags: readonly FlagShape[]): string {
  return `#compdef uffdscope
# zsh completion of uffdscope; from: uffdscope completion zsh
_uffdscope() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  _arguments -C \\
${flags.map((flag) => `    ${argument(flag)} \\`).join('\n')}
    '1: :->command' \\
    '*:: :->rest'
  case $state in
    command)
      local -a commands=(
${commands.map(({ name, about }) => `        ${quote(`${name}:${about.replaceAll(':', '\\:')}`)}`).join('\n')}
      )
      _describe command commands ;;
    rest)
      case $line[1] in
${commands.map(commandCase).join('\n')}
      esac ;;
  esac
}
if [ "$funcstack[1]" = _uffdscope ]; then _uffdscope "$@"; else compdef _uffdscope uffdscope; fi
`;
}

function commandCase({ name, flags, arguments: places }: CommandShape): string {
  const lines = [...flags.map(argument), ...places.map((words, i) => quote(`${i + 1}: :${source(words)}`))];
  return `        ${name})\n          _arguments ${lines.join(' \\\n            ')} ;;`;
}

/** '(-o --output)'{-o,--output}'[about]:value:(a b)' */
function argument({ names, about, value }: FlagShape): string {
  const text = `[${about.replaceAll(/[[\]\\:]/g, '\\$&')}]${value === null ? '' : `:value:${source(value)}`}`;
  if (names.length === 1) return quote(`${names[0]!}${text}`);
  return `${quote(`(${names.join(' ')})`)}{${names.join(',')}}${quote(text)}`;
}

function source(words: Words): string {
  switch (words.from) {
    case 'choices':
      return `(${words.choices.join(' ')})`;
    case 'rule':
      return `{compset -P "*[: ]"; compadd -S "" -- ${words.words.join(' ')}}`;
    case 'pids':
      return '_pids';
    case 'files':
      return '_files';
    case 'nothing':
      return ' ';
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
