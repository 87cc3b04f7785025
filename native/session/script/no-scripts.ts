/** The scripts of what cannot have any. */
import { UffdscopeError } from '../errors.js';
import type { Scripts } from './scripts.js';

/** `why`: a sentence, for those who ask for one all the same. `names`: of those that were, by number. */
export function noScripts(why: string, names: ReadonlyMap<number, string> = new Map()): Scripts {
  const refuse = async (): Promise<never> => {
    throw new UffdscopeError('SCRIPT', why);
  };
  return {
    version: 0,
    list: () => [],
    commands: () => [],
    run: refuse,
    reload: refuse,
    switch: refuse,
    remove: refuse,
    notes: () => [],
    onNote: () => () => undefined,
    nameOf: (script) => names.get(script) ?? String(script),
    verdicts: () => [],
  };
}
