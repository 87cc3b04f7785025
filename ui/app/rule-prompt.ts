/** A rule as it is typed: what is wrong with it and where, what it would take, how it could go on. */
import { compileView, completions } from '../../native/session/filter/index.js';
import { parseRule, RULE_WORDS } from '../../native/session/rules/index.js';
import { completePath } from '../model/complete-path.js';
import { count, plural } from '../rows/format.js';
import type { Completion } from '../screen/prompt-line.js';
import type { Check } from '../views/prompt-text.js';
import type { App } from '../faces.js';
import { askLine } from './dialogs.js';
import { filterProblem, knownValues } from './filter-prompt.js';

/** null where it was left with esc, or where the line is empty. */
export async function askRule(app: App, title: string, initial: string): Promise<string | null> {
  const line = await askLine(app, {
    title,
    label: 'rule: ',
    initial,
    goesOn: true,
    history: 'rule',
    check: ruleCheck,
    complete: ruleCompleter(app),
    measure: (text) => wouldTake(app, text),
  });
  return line === null || line.trim() === '' ? null : line.trim();
}

export function ruleCheck(line: string): Check {
  if (line.trim() === '') return { ok: true, info: 'FILTER: ACTION, such as range=heap: delay=5ms' };
  const parsed = parseRule(line);
  return parsed.ok ? { ok: true, info: parsed.notes.join('  ') } : filterProblem(parsed.error);
}

function wouldTake(app: App, line: string): string {
  const parsed = parseRule(line);
  if (line.trim() === '' || !parsed.ok) return '';
  const faults = plural(app.at.session.faults.last, 'fault');
  const { filterText } = parsed.rule;
  const compiled = compileView(filterText);
  if (!compiled.ok) return '';
  const taken = filterText === '' ? app.at.session.faults.last : app.at.session.faults.select(compiled.test).length;
  return [`its filter takes ${count(taken)} of ${faults} so far`, ...parsed.notes].join('  ');
}

/** Behind a colon the words of rules, before it those of filters. */
export function ruleCompleter(app: App): (before: string) => Completion {
  return (before) => {
    const last = /(?:^|:)\s*([^:]*)$/.exec(before)![1]!;
    const value = /^(\w+)=(.*)$/.exec(last);
    if (value) {
      const words = valuesOf(value[1]!, value[2]!);
      if (words !== null) return words;
    }
    const words = RULE_WORDS.filter(({ name }) => name.startsWith(last.toLowerCase())).map(spelled);
    const { from, items } = completions(before, before.length, { later: false, known: knownValues(app) });
    const typed = before.slice(from);
    const fields = items.map((item) => item.text);
    // A name that is being typed may have a colon of its own, as shm:cache has.
    if (typed.includes(':') && fields.length > 0) return { words: fields, typed };
    if (before.includes(':') && words.length > 0) return { words, typed: last };
    return { words: typed === before.trimStart() && typed !== '' ? [...fields, ...words] : fields, typed };
  };
}

function spelled({ name, value, optional }: (typeof RULE_WORDS)[number]): string {
  return value === null || optional ? name : `${name}=`;
}

function valuesOf(name: string, typed: string): Completion | null {
  if (name === 'copy') return completePath(typed);
  const word = RULE_WORDS.find((one) => one.name === name);
  if (!word || word.value === null) return null;
  // `flip:N | xor:HH`: up to where a value of one's own begins.
  const fixed = word.value.split(/\s*\|\s*/).flatMap((form) => /^[a-z]+[:(]?/.exec(form)?.[0] ?? []);
  return { words: fixed.filter((form) => form.startsWith(typed)), typed };
}
