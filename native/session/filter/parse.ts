/**
 * A Pratt parser: tokens to syntax. It knows the shape of the language and nothing about fields.
 *
 *     expr := or        or := and { ("|" | "or") and }        and := not { ["&" | "and"] not }
 *     not  := ("!" | "not") not | atom
 *     atom := "(" expr ")" | field op value | "@" selector | flag | word
 *     value := bare | "string" | "{" value { "," value } "}"
 */
import { MAX_DEPTH, type Operator, type RawValue, type Syntax } from './ast.js';
import { FilterFault, quoted, type Span } from './filter-error.js';
import { tokenize, type Token } from './tokens.js';

/** How tightly each infix operator binds; juxtaposition binds like `and`. */
const POWER = { or: 1, and: 2 } as const;

/** Text to syntax; the empty text means everything. Throws FilterFault. */
export function parse(text: string): Syntax {
  const parser = new Parser(tokenize(text));
  if (parser.peek().kind === 'end') return { type: 'all', at: 0, length: text.length };
  const syntax = parser.expression(0);
  const rest = parser.peek();
  if (rest.kind === ')') throw new FilterFault('this parenthesis was never opened', rest);
  if (rest.kind !== 'end') throw unexpected(rest);
  return syntax;
}

class Parser {
  private index = 0;
  private depth = 0;
  constructor(private readonly tokens: readonly Token[]) {}

  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.index + ahead, this.tokens.length - 1)]!;
  }

  private take(): Token {
    const token = this.peek();
    this.index++;
    return token;
  }

  /** Everything that binds tighter than `power`. */
  expression(power: number): Syntax {
    let left = this.prefix();
    while (true) {
      const joiner = infix(this.peek());
      if (joiner === null || POWER[joiner] <= power) return left;
      const token = this.peek();
      if (isJoiner(token)) {
        this.take();
        if (this.peek().kind === 'end' || this.peek().kind === ')')
          throw new FilterFault(`${quoted(token.text)} needs something on its right`, token);
      }
      left = join(joiner, left, this.expression(POWER[joiner]));
    }
  }

  private prefix(): Syntax {
    const token = this.peek();
    if (++this.depth > MAX_DEPTH) throw new FilterFault(`a filter nests at most ${MAX_DEPTH} deep`, token);
    try {
      if (token.kind === '!' || isKeyword(token, 'not')) return this.negation();
      return token.kind === '(' ? this.group() : this.atom();
    } finally {
      this.depth--;
    }
  }

  private negation(): Syntax {
    const token = this.take();
    const next = this.peek();
    if (next.kind === 'end' || next.kind === ')')
      throw new FilterFault(`${quoted(token.text)} needs something to negate`, token);
    if (next.kind === 'op' && next.glued)
      throw new FilterFault(
        `there is no !${next.text}; put the ! before the whole test, as in !range${next.text}heap`,
        spanOf(token, next),
      );
    const item = this.prefix();
    return { type: 'not', item, ...spanOf(token, item) };
  }

  private group(): Syntax {
    const open = this.take();
    if (this.peek().kind === ')')
      throw new FilterFault('nothing stands in these parentheses', spanOf(open, this.peek()));
    if (this.peek().kind === 'end') throw new FilterFault('this parenthesis is never closed', open, ')');
    const inner = this.expression(0);
    const close = this.take();
    if (close.kind === 'end') throw new FilterFault('this parenthesis is never closed', open, ')');
    if (close.kind !== ')') throw unexpected(close);
    return { ...inner, ...spanOf(open, close) };
  }

  private atom(): Syntax {
    const token = this.take();
    const span = { at: token.at, length: token.length };
    if (token.kind === 'selector') return { type: 'selector', name: token.text, ...span };
    if (token.kind === 'string') return { type: 'name', text: token.text, quoted: true, ...span };
    if (token.kind !== 'bare') throw unexpected(token);
    const op = this.peek();
    if (op.kind === 'op' || isKeyword(op, 'in')) return this.test(token);
    if (isKeyword(token, 'and') || isKeyword(token, 'or'))
      throw new FilterFault(`${quoted(token.text)} needs something on its left`, token);
    this.refuseGlued('a name');
    return { type: 'name', text: token.text, quoted: false, ...span };
  }

  private test(field: Token): Syntax {
    const opToken = this.take();
    const op = opToken.text.toLowerCase() as Operator;
    const values = this.peek().kind === '{' ? this.set() : [this.value(opToken)];
    const last = this.peek(-1);
    return { type: 'test', field: raw(field), op, values, ...spanOf(field, last) };
  }

  private set(): RawValue[] {
    const open = this.take();
    const values: RawValue[] = [];
    while (true) {
      if (this.peek().kind === 'end') throw new FilterFault('this brace is never closed', open, '}');
      values.push(this.value(this.peek(-1)));
      const token = this.take();
      if (token.kind === '}') return values;
      if (token.kind === 'end') throw new FilterFault('this brace is never closed', open, '}');
      if (token.kind !== ',') throw new FilterFault('values of a set are separated by commas', token, ',');
    }
  }

  private value(after: Token): RawValue {
    const token = this.peek();
    if (token.kind === 'end') throw new FilterFault(`a value is missing after ${quoted(after.text)}`, token);
    if (token.kind !== 'bare' && token.kind !== 'string' && token.kind !== 'selector') {
      const hint = after.text === '~' ? '; put a pattern with such characters in quotes' : '';
      throw new FilterFault(`a value is missing before ${quoted(token.text)}${hint}`, token);
    }
    this.take();
    if (token.kind === 'bare') this.refuseGlued(after.text === '~' ? 'a pattern' : 'a value');
    return raw(token);
  }

  /** `comm~a(b)` would otherwise silently mean `comm~a` and the word b. */
  private refuseGlued(what: string): void {
    const next = this.peek();
    if (next.glued && (next.kind === '(' || next.kind === '{' || next.kind === 'string'))
      throw new FilterFault(
        `put ${what} that contains ${quoted(next.text[0] ?? '"')} in quotes, or a space before it`,
        next,
      );
  }
}

function infix(token: Token): 'or' | 'and' | null {
  if (token.kind === 'end' || token.kind === ')') return null;
  if (token.kind === '|' || isKeyword(token, 'or')) return 'or';
  if (token.kind === '}' || token.kind === ',' || token.kind === 'op') throw unexpected(token);
  return 'and';
}

function isJoiner(token: Token): boolean {
  return token.kind === '|' || token.kind === '&' || isKeyword(token, 'or') || isKeyword(token, 'and');
}

function isKeyword(token: Token, word: string): boolean {
  return token.kind === 'bare' && token.text.toLowerCase() === word;
}

/** `a b c` is one `and` of three, not a chain of pairs. */
function join(type: 'and' | 'or', left: Syntax, right: Syntax): Syntax {
  const items = [left, right].flatMap((side) => (side.type === type ? side.items : [side]));
  return { type, items, ...spanOf(left, right) };
}

function raw(token: Token): RawValue {
  const text = token.kind === 'selector' ? `@${token.text}` : token.text;
  return { text, quoted: token.kind === 'string', at: token.at, length: token.length };
}

function spanOf(first: Span, last: Span): Span {
  return { at: first.at, length: last.at + last.length - first.at };
}

function unexpected(token: Token): FilterFault {
  if (token.kind === 'op') return new FilterFault(`${quoted(token.text)} needs a field on its left`, token);
  if (token.kind === 'end') return new FilterFault('the filter ends too early', token);
  return new FilterFault(`${quoted(token.text)} has no meaning here`, token);
}
