/**
 * The patterns of `~`: the part of regular expressions that a linear-time matcher can decide, and that JavaScript and
 * the engine decide alike. Groups, alternatives, classes, * + ? {n,m}, ^ $ \b; no backreferences, no lookaround.
 * Letters match in either case (ASCII only), `.` is any character, the pattern may match anywhere.
 */
import type { RawValue } from './ast.js';
import { FilterFault } from './filter-error.js';
import { complement, DIGIT, foldCase, normalize, SPACE, WORD, type CharRange } from './char-class.js';
import { compilePattern } from './pattern-program.js';

export type Pattern =
  | { readonly type: 'class'; readonly ranges: readonly CharRange[] }
  | { readonly type: 'sequence' | 'either'; readonly items: readonly Pattern[] }
  | { readonly type: 'repeat'; readonly item: Pattern; readonly min: number; readonly max: number | null }
  | { readonly type: 'edge'; readonly edge: 'start' | 'end' | 'word' | 'inside' };

const MAX_REPEAT = 255;
const MAX_NESTING = 32;

/** Refuses what is outside the subset, pointing into the value. */
export function checkPattern(value: RawValue): void {
  compilePattern(parsePattern(value.text, value), value);
}

/** Throws FilterFault; `value` says where the pattern stands in the filter. */
export function parsePattern(source: string, value: RawValue): Pattern {
  return new PatternParser(source, value).whole();
}

class PatternParser {
  private at = 0;
  private depth = 0;
  constructor(
    private readonly source: string,
    private readonly value: RawValue,
  ) {}

  whole(): Pattern {
    const pattern = this.either();
    if (this.at < this.source.length) throw this.fault('this ) closes nothing; write \\) for the character');
    return pattern;
  }

  private either(): Pattern {
    const items = [this.sequence()];
    while (this.skip('|')) items.push(this.sequence());
    return items.length === 1 ? items[0]! : { type: 'either', items };
  }

  private sequence(): Pattern {
    const items: Pattern[] = [];
    while (this.at < this.source.length && this.source[this.at] !== '|' && this.source[this.at] !== ')')
      items.push(this.repeated());
    return items.length === 1 ? items[0]! : { type: 'sequence', items };
  }

  private repeated(): Pattern {
    const grouped = this.source[this.at] === '(';
    const item = this.single();
    const from = this.at;
    const count = /^(?:[*+?]|\{(\d{1,6})(?:(,)(\d{1,6})?)?\})/.exec(this.source.slice(from));
    if (count === null) return item;
    if (item.type === 'edge' && !grouped) throw this.fault('there is nothing to repeat');
    this.at += count[0].length;
    const [min, max] = bounds(count);
    if (Math.max(min, max ?? 0) > MAX_REPEAT) throw this.fault(`at most ${MAX_REPEAT} repeats`, from);
    if (max !== null && max < min) throw this.fault('these bounds are in the wrong order', from);
    this.skip('?'); // lazy or not, it matches the same names
    if (/[*+?{]/.test(this.source[this.at] ?? '')) throw this.fault('put the part to repeat again in ( )');
    return { type: 'repeat', item, min, max };
  }

  private single(): Pattern {
    const char = String.fromCodePoint(this.source.codePointAt(this.at)!);
    switch (char) {
      case '(':
        return this.group();
      case '[':
        return this.charClass();
      case '\\':
        return this.escape();
      case '*':
      case '+':
      case '?':
      case '{':
        throw this.fault(`there is nothing to repeat before ${char}; write \\${char} for the character`);
      case ']':
      case '}':
        throw this.fault(`this ${char} closes nothing; write \\${char} for the character`);
    }
    this.at += char.length;
    if (char === '^') return { type: 'edge', edge: 'start' };
    if (char === '$') return { type: 'edge', edge: 'end' };
    return oneOf(char === '.' ? complement([]) : only(char));
  }

  private group(): Pattern {
    const open = this.at++;
    if (this.source[this.at] === '?') {
      const rest = this.source.slice(this.at);
      if (/^\?<?[=!]/.test(rest)) throw this.fault('lookaround is not possible here', open);
      if (rest.startsWith('?<')) throw this.fault('groups have no names here; write ( )', open);
      if (!rest.startsWith('?:')) throw this.fault('there are no flags here; case never matters', open);
      this.at += 2;
    }
    if (++this.depth > MAX_NESTING) throw this.fault(`a pattern nests at most ${MAX_NESTING} deep`, open);
    const inner = this.either();
    this.depth--;
    if (!this.skip(')')) throw this.fault('this ( is never closed; write \\( for the character', open);
    return inner;
  }

  private charClass(): Pattern {
    const open = this.at++;
    const negated = this.skip('^');
    const ranges: CharRange[] = [];
    while (!this.skip(']')) {
      if (this.at >= this.source.length) throw this.fault('this [ is never closed; write \\[ for the character', open);
      const from = this.at;
      const low = this.classItem();
      if (this.source[this.at] !== '-' || this.source[this.at + 1] === ']') {
        ranges.push(...low);
        continue;
      }
      this.at++;
      if (this.at >= this.source.length) throw this.fault('this [ is never closed; write \\[ for the character', open);
      const high = this.classItem();
      const [lo, hi] = [single(low), single(high)];
      if (lo === null || hi === null || hi < lo) throw this.fault('this range of characters is not in order', from);
      ranges.push([lo, hi]);
    }
    if (ranges.length === 0) throw this.fault('nothing stands in this class', open);
    const folded = foldCase(normalize(ranges));
    return { type: 'class', ranges: negated ? complement(folded) : folded };
  }

  private classItem(): readonly CharRange[] {
    const char = String.fromCodePoint(this.source.codePointAt(this.at)!);
    if (char === '\\') {
      const item = this.escape();
      if (item.type !== 'class') throw this.fault('this does not go into a class', this.at - 2);
      return item.ranges;
    }
    if (char === '[') throw this.fault('write \\[ for the character');
    this.at += char.length;
    return only(char);
  }

  private escape(): Pattern {
    const from = this.at;
    const char = this.source[from + 1];
    if (char === undefined) throw this.fault('a pattern cannot end in a single \\; write \\\\ for the character');
    this.at += 2;
    switch (char) {
      case 'd':
        return oneOf(DIGIT);
      case 'D':
        return oneOf(complement(DIGIT));
      case 'w':
        return oneOf(WORD);
      case 'W':
        return oneOf(complement(WORD));
      case 's':
        return oneOf(SPACE);
      case 'S':
        return oneOf(complement(SPACE));
      case 'b':
        return { type: 'edge', edge: 'word' };
      case 'B':
        return { type: 'edge', edge: 'inside' };
      case 't':
        return oneOf(only('\t'));
      case 'n':
        return oneOf(only('\n'));
    }
    if (/[1-9]/.test(char)) throw this.fault('a pattern cannot refer back to a group', from);
    if (char === 'p' || char === 'P') throw this.fault('character properties are not known here', from);
    if (/[^!-/:-@[-`{-~]/.test(char)) throw this.fault(`\\${char} has no meaning here`, from);
    return oneOf(only(char));
  }

  private skip(char: string): boolean {
    if (this.source[this.at] !== char) return false;
    this.at++;
    return true;
  }

  /** Points into a bare value; a quoted one may have escapes before the place, so all of it is meant. */
  private fault(message: string, at = this.at): FilterFault {
    const span = this.value.quoted ? this.value : { at: this.value.at + at, length: 1 };
    return new FilterFault(message, span);
  }
}

function bounds(count: RegExpExecArray): [number, number | null] {
  if (count[0] === '*') return [0, null];
  if (count[0] === '+') return [1, null];
  if (count[0] === '?') return [0, 1];
  const min = Number(count[1]);
  if (count[2] === undefined) return [min, min];
  return [min, count[3] === undefined ? null : Number(count[3])];
}

function oneOf(ranges: readonly CharRange[]): Pattern {
  return { type: 'class', ranges: foldCase(normalize(ranges)) };
}

function only(char: string): CharRange[] {
  const code = char.codePointAt(0)!;
  return [[code, code]];
}

/** The one character of a set, or null. Both cases of a letter count as the letter that was written. */
function single(ranges: readonly CharRange[]): number | null {
  return ranges.length === 1 && ranges[0]![0] === ranges[0]![1] ? ranges[0]![0] : null;
}
