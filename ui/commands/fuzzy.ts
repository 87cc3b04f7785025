/** How well typed words fit a command. null: not at all. */
export interface Findable {
  readonly name: string;
  readonly title: string;
  readonly help: string;
}

const NAMED = 100;
const BEGUN = 60;
const WITHIN = 30;
const TOLD = 10;

/**
 * Each typed word must be found. Best where a word of the name or title is it, then where one begins with it, then
 * anywhere in them, then at the beginning of a word of the help; at last as initials and beginnings (`fz`, `vfil`).
 */
export function fuzzyScore(typed: string, { name, title, help }: Findable): number | null {
  let score = 0;
  for (const word of typed.toLowerCase().split(/\s+/)) {
    if (word === '') continue;
    const one = wordScore(word, `${name} ${title}`.toLowerCase(), help.toLowerCase());
    if (one === null) return null;
    score += one;
  }
  return score - name.length * 0.02;
}

function wordScore(word: string, names: string, help: string): number | null {
  const parts = wordsOf(names);
  if (parts.includes(word)) return NAMED;
  const begun = parts.findIndex((part) => part.startsWith(word));
  if (begun >= 0) return BEGUN - begun;
  if (names.includes(word)) return WITHIN;
  if (word.length >= 3 && wordsOf(help).some((part) => part.startsWith(word))) return TOLD;
  return byBeginnings(word, parts) ? TOLD / 2 : null;
}

function wordsOf(text: string): string[] {
  return text.split(/[\s.,:;()/…-]+/).filter((part) => part !== '');
}

/** Letters that run on from beginnings of words, in the order of the words: `fz` or `fauz` for `fault.zero`. */
function byBeginnings(word: string, parts: readonly string[]): boolean {
  if (word === '') return true;
  return parts.some((part, i) => {
    for (let n = Math.min(word.length, part.length); n > 0; n--) {
      if (part.startsWith(word.slice(0, n)) && byBeginnings(word.slice(n), parts.slice(i + 1))) return true;
    }
    return false;
  });
}
