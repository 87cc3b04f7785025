/** The two trees: what was written (with places, for errors) and what is meant (typed, without places). */
import type { Span } from './filter-error.js';

export const OPERATORS = ['=', '!=', '<', '<=', '>', '>=', '~', 'in'] as const;
export type Operator = (typeof OPERATORS)[number];

/** A value as written. `quoted` text is taken as it stands. */
export interface RawValue extends Span {
  readonly text: string;
  readonly quoted: boolean;
}

/** What the parser returns. */
export type Syntax = Span &
  (
    | { readonly type: 'all' }
    | { readonly type: 'and' | 'or'; readonly items: readonly Syntax[] }
    | { readonly type: 'not'; readonly item: Syntax }
    | { readonly type: 'test'; readonly field: RawValue; readonly op: Operator; readonly values: readonly RawValue[] }
    | { readonly type: 'selector'; readonly name: string }
    | { readonly type: 'name'; readonly text: string; readonly quoted: boolean }
  );

/** A number or a closed span of numbers: addresses and bytes, counts, nanoseconds, errno. */
export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

export type Compare = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** What the checker returns; both compilers, the printer and the prompt work on it. */
export type Filter =
  | { readonly type: 'all' }
  | { readonly type: 'and' | 'or'; readonly items: readonly Filter[] }
  | { readonly type: 'not'; readonly item: Filter }
  | { readonly type: 'flag' | 'selector'; readonly name: string }
  /** Part of a range name or symbol. */
  | { readonly type: 'word'; readonly text: string }
  /** `<` and its kin have exactly one value with lo = hi. */
  | { readonly type: 'number'; readonly field: string; readonly op: Compare; readonly values: readonly Interval[] }
  /** kind, access, state …: canonical names. */
  | {
      readonly type: 'choice' | 'text';
      readonly field: string;
      readonly op: '=' | '!=';
      readonly values: readonly string[];
    }
  | { readonly type: 'pattern'; readonly field: string; readonly source: string };

/** The largest number a filter may name: addresses are exact as doubles. */
export const MAX_NUMBER = Number.MAX_SAFE_INTEGER;
export const MAX_TEXT = 4096;
export const MAX_DEPTH = 64;
