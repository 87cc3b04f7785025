/** What a completion script has to know of the commands. */

/** What a word at this place may be. */
export type Words =
  | { readonly from: 'choices'; readonly choices: readonly string[] }
  /** One of the words at each part of a rule, behind a space or a colon. */
  | { readonly from: 'rule'; readonly words: readonly string[] }
  | { readonly from: 'pids' | 'files' | 'nothing' };

export interface FlagShape {
  /** `--json`, and `-o` where there is one. */
  readonly names: readonly string[];
  readonly about: string;
  /** null: it takes no value. */
  readonly value: Words | null;
}

export interface CommandShape {
  readonly name: string;
  readonly about: string;
  readonly flags: readonly FlagShape[];
  /** One for each place behind the command. */
  readonly arguments: readonly Words[];
}
