/** A rule as it is meant: which faults, what is done to them, and how often. Times are ns, sizes bytes. */
import type { Filter } from '../filter/index.js';
import type { Source } from '../types.js';

export type Terminal =
  | { readonly action: 'zero' | 'continue' | 'unprotect' | 'hold' | 'poison' | 'wake' | 'pass' }
  | { readonly action: 'copy'; readonly source: Source; readonly text: string }
  | { readonly action: 'script'; readonly script: string };

/** How long; every draw is made from the seed (native/engine/rules/draw.h). */
export type Delay =
  /** base, give or take up to `jitter` (each length as likely). */
  | { readonly type: 'fixed'; readonly base: number; readonly jitter: number }
  | { readonly type: 'normal'; readonly mean: number; readonly deviation: number }
  | { readonly type: 'exp'; readonly mean: number }
  | { readonly type: 'uniform'; readonly least: number; readonly most: number }
  /** At least `least`, with a tail as heavy as `shape` is small. */
  | { readonly type: 'pareto'; readonly least: number; readonly shape: number };

export type Damage =
  | { readonly type: 'flip'; readonly bits: number }
  | { readonly type: 'xor' | 'fill'; readonly byte: number }
  | { readonly type: 'off'; readonly offset: number; readonly bytes: Uint8Array };

/** Counted from 1. first..last, then every `step` after it; step 0: never again; last Infinity: from first on. */
export interface When {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

export type Scope = 'rule' | 'thread' | 'page';

export interface Modifiers {
  readonly delay?: Delay;
  readonly corrupt?: readonly Damage[];
  /** Answer only so many bytes. */
  readonly short?: number;
  /** Answer without waking; wake after so many ns, null: not until the rule goes. */
  readonly nowake?: { readonly after: number | null };
  readonly duplicate?: true;
  /** Collect so many faults, then answer them in another order. */
  readonly reorder?: number;
  readonly spurious?: true;
  readonly when?: When;
  /** 0..1 */
  readonly prob?: number;
  readonly per?: Scope;
  readonly limit?: number;
  readonly name?: string;
}

export interface Rule {
  readonly filter: Filter;
  /** As it was written; '' takes every fault. */
  readonly filterText: string;
  readonly terminal: Terminal | null;
  readonly modifiers: Modifiers;
}
