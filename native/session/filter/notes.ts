/** A bare word is a search in range names, so a slip of the finger finds nothing instead of failing: say so. */
import type { Syntax } from './ast.js';
import { quoted } from './filter-error.js';
import { FIELDS, type Context } from './fields.js';
import { FLAGS, findWord } from './words.js';
import { nearest } from './suggest.js';

/** One sentence for each bare word that looks like a flag or a value. */
export function notesOn(syntax: Syntax, context: Context): string[] {
  switch (syntax.type) {
    case 'and':
    case 'or':
      return syntax.items.flatMap((item) => notesOn(item, context));
    case 'not':
      return notesOn(syntax.item, context);
    case 'name': {
      if (syntax.quoted || findWord(FLAGS, context, syntax.text) !== undefined) return [];
      const meant = likely(syntax.text, context);
      return meant === null ? [] : [`${quoted(syntax.text)} is looked for in names; did you mean ${meant}?`];
    }
    default:
      return [];
  }
}

function likely(word: string, context: Context): string | null {
  const meanings = new Map<string, string>();
  for (const flag of FLAGS) if (flag.context === context) meanings.set(flag.name, flag.name);
  for (const { context: of, name, type } of FIELDS) {
    if (of !== context || type.kind !== 'choice') continue;
    for (const choice of type.choices) {
      for (const known of [choice.name, ...(choice.aliases ?? [])])
        if (known.length > 1 && !meanings.has(known)) meanings.set(known, `${name}=${choice.name}`);
    }
  }
  const near = nearest(word, meanings.keys());
  return near === null ? null : meanings.get(near)!;
}
