/** What is wrong with a filter, where, and what was probably meant. */
import stringWidth from 'string-width';
import { UffdscopeError } from '../errors.js';
import { safeText } from '../safe-text.js';

export interface FilterError {
  /** One sentence without a full stop; safe to print. */
  readonly message: string;
  /** 1-based, in UTF-16 units of the filter text. One past its end when something is missing there. */
  readonly column: number;
  /** At least 1. */
  readonly length: number;
  /** What to write at this place instead, where one thing is clearly meant. */
  readonly suggestion: string | null;
}

export type Outcome<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly error: FilterError };

/** A place in the filter text: 0-based offset and length. */
export interface Span {
  readonly at: number;
  readonly length: number;
}

/** How the stages hand an error to `outcome`; never leaves this folder. */
export class FilterFault extends Error {
  readonly error: FilterError;
  constructor(message: string, span: Span, suggestion: string | null = null) {
    super(message);
    this.error = { message, column: span.at + 1, length: Math.max(1, span.length), suggestion };
  }
}

/** Runs one stage or several; a FilterFault becomes a value, anything else is a bug and goes on. */
export function outcome<T extends object>(work: () => T): Outcome<T> {
  try {
    return { ok: true, ...work() };
  } catch (error) {
    if (error instanceof FilterFault) return { ok: false, error: error.error };
    throw error;
  }
}

/** User text inside a message, in quotes, never long, never able to move the cursor. */
export function quoted(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 39)}…` : text;
  return `"${safeText(short)}"`;
}

/** Of a text that is longer, only so much around the place is shown. */
const SHOWN = 400;

/** The message, the filter line and a caret under the place. */
export function renderFilterError(text: string, error: FilterError): string {
  const at = error.column - 1;
  const first = text.length <= SHOWN ? 0 : Math.max(0, at - SHOWN / 2);
  const shown = text.slice(first, first + SHOWN);
  const from = at - first;
  const before = safeText(shown.slice(0, from));
  const under = safeText(shown.slice(from, from + error.length));
  const caret = '^' + '~'.repeat(Math.max(0, stringWidth(under) - 1));
  return [error.message, `  ${safeText(shown)}`, `  ${' '.repeat(stringWidth(before))}${caret}`].join('\n');
}

/** The same as the one error class, for callers that throw. */
export function toUffdscopeError(text: string, error: FilterError): UffdscopeError {
  const hint = error.suggestion === null ? '' : `Write ${error.suggestion} there.`;
  return new UffdscopeError('FILTER', renderFilterError(text, error), hint, { column: error.column });
}
