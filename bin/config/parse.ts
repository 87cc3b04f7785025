/** The text of one file as a configuration, or one sentence that names file, line and field. */
import { UffdscopeError } from '../../native/session/errors.js';
import { nearest } from '../../native/session/filter/suggest.js';
import { safeText } from '../../native/session/safe-text.js';
import { quoted } from '../flags.js';
import { FIELDS, type Config, type Field } from './fields.js';

/** Of anybody who may be wrong: more is not a configuration. */
export const LARGEST = 64 * 1024;

/** @param name of the file, as it is shown. @throws UffdscopeError CONFIG. */
export function parseConfig(text: string, name: string): Config {
  const value = parseJson(text, name);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw configError(name, null, 'is no JSON object', 'Write an object of fields: {"theme": "ansi"}');
  }
  const known: Readonly<Record<string, Field<unknown>>> = FIELDS;
  for (const [key, given] of Object.entries(value)) {
    const place = lineOf(text, key);
    const field = Object.hasOwn(known, key) ? known[key] : undefined;
    if (field === undefined) {
      const near = nearest(key, Object.keys(FIELDS));
      const hint = near === null ? `There are ${Object.keys(FIELDS).join(', ')}.` : `Did you mean ${near}?`;
      throw configError(name, place, `has a field ${quoted(key)} that is not known`, hint);
    }
    try {
      field.read(given);
    } catch {
      throw configError(name, place, `gives ${key} a value that it cannot have`, `Write ${field.shape}.`);
    }
  }
  return value as Config;
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch (error) {
    const said = error instanceof Error ? error.message : '';
    const position = /at position ([0-9]+)/.exec(said)?.[1];
    const line = position === undefined ? null : lineAt(text, Number(position));
    const end = /end of JSON input/.test(said);
    throw configError(
      name,
      end ? lineAt(text, text.trimEnd().length) : line,
      'is no JSON',
      'Comments and last commas are not JSON.',
    );
  }
}

export function configError(name: string, line: number | null, what: string, hint: string): UffdscopeError {
  return new UffdscopeError('CONFIG', `${safeText(name)}${line === null ? '' : `:${line}`} ${safeText(what)}.`, hint);
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Where the field is named first; null where that is written otherwise (\u escapes). */
export function lineOf(text: string, key: string): number | null {
  const at = text.search(new RegExp(`${JSON.stringify(key).replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}\\s*:`));
  return at < 0 ? null : lineAt(text, at);
}
