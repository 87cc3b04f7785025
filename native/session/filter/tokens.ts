/** Filter text to tokens. A bare run is everything without special meaning: `0x1f..0x2f`, `shm:cache`, `anon[0]`. */
import { MAX_TEXT } from './ast.js';
import { FilterFault, type Span } from './filter-error.js';

export type TokenKind = '(' | ')' | '{' | '}' | ',' | '|' | '&' | '!' | 'op' | 'string' | 'selector' | 'bare' | 'end';

export interface Token extends Span {
  readonly kind: TokenKind;
  /** The operator, the bare run, the string without quotes and escapes, or the selector without its @. */
  readonly text: string;
  /** Nothing stands between this token and the one before. */
  readonly glued: boolean;
}

const SPACE = /\s/;
/** What ends a bare run. */
const SPECIAL = /[\s(){},|&!=<>~"]/;
/** What people write out of habit from other languages. */
const HABITS: Readonly<Record<string, string>> = { '==': '=', '&&': '&', '||': '|', '=~': '~', '<>': '!=' };

export function tokenize(text: string): Token[] {
  if (text.length > MAX_TEXT)
    throw new FilterFault(`a filter has at most ${MAX_TEXT} characters`, { at: MAX_TEXT, length: 1 });
  const tokens: Token[] = [];
  let at = 0;
  while (true) {
    const before = at;
    while (at < text.length && SPACE.test(text[at]!)) at++;
    const glued = at === before && at > 0;
    const token = next(text, at, glued);
    tokens.push(token);
    if (token.kind === 'end') return tokens;
    at += token.length;
  }
}

function next(text: string, at: number, glued: boolean): Token {
  const make = (kind: TokenKind, length: number, value = text.slice(at, at + length)): Token => ({
    kind,
    text: value,
    at,
    length,
    glued,
  });
  if (at >= text.length) return make('end', 0, '');
  const two = text.slice(at, at + 2);
  const habit = HABITS[two];
  if (habit !== undefined) throw new FilterFault(`${two} is written ${habit} here`, { at, length: 2 }, habit);
  if (two === '!=' || two === '<=' || two === '>=') return make('op', 2);
  const one = text[at]!;
  switch (one) {
    case '=':
    case '<':
    case '>':
    case '~':
      return make('op', 1);
    case '(':
    case ')':
    case '{':
    case '}':
    case ',':
    case '|':
    case '&':
    case '!':
      return make(one, 1);
    case '"':
      return string(text, at, make);
  }
  let end = at + 1;
  while (end < text.length && !SPECIAL.test(text[end]!)) end++;
  checkText(text, at, end);
  return one === '@' ? make('selector', end - at, text.slice(at + 1, end)) : make('bare', end - at);
}

/** Escapes are \" \\ \xHH \u{H…}; any other backslash stands for itself, so that patterns need no doubling. */
function string(text: string, at: number, make: (kind: TokenKind, length: number, value: string) => Token): Token {
  const escape = /\\(?:(["\\])|x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,6})\})/y;
  let value = '';
  for (let i = at + 1; i < text.length;) {
    if (text[i] === '"') {
      checkText(text, at, i);
      return make('string', i + 1 - at, value);
    }
    escape.lastIndex = i;
    const match = escape.exec(text);
    if (match === null) {
      value += text[i++];
      continue;
    }
    const code = parseInt(match[2] ?? match[3] ?? '0', 16);
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
      throw new FilterFault('no such character', { at: i, length: match[0].length });
    value += match[1] ?? String.fromCodePoint(code);
    i += match[0].length;
  }
  throw new FilterFault('this quote is never closed', { at, length: 1 }, '"');
}

/** Half a surrogate pair is no character; the engine's UTF-8 could not carry it. */
function checkText(text: string, from: number, to: number): void {
  const bad = /[\ud800-\udfff]/u.exec(text.slice(from, to));
  if (bad !== null) throw new FilterFault('this is half a character', { at: from + bad.index, length: 1 });
}

/** Would `text` come out of the tokenizer as one bare run? */
export function isBare(text: string): boolean {
  return text !== '' && !SPECIAL.test(text) && text[0] !== '@';
}
