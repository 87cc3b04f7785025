/**
 * A pattern as instructions for a matcher that follows all its threads at once (Thompson's construction), so that a
 * name chosen by the target costs at most its length times the program's. The engine runs the same instructions.
 */
import type { RawValue } from './ast.js';
import type { CharRange } from './char-class.js';
import { FilterFault } from './filter-error.js';
import type { Pattern } from './pattern-syntax.js';

/** x and y are indexes of instructions, except in `class`: ranges x to x + y - 1 of the table. */
export interface PatternStep {
  readonly op: 'class' | 'split' | 'jump' | 'start' | 'end' | 'word' | 'inside' | 'match';
  x: number;
  y: number;
}

export interface PatternProgram {
  readonly steps: readonly PatternStep[];
  readonly ranges: readonly CharRange[];
}

export const MAX_STEPS = 512;
export const MAX_RANGES = 1024;

/** Throws FilterFault where the repeats, written out, are too many. */
export function compilePattern(pattern: Pattern, place: RawValue): PatternProgram {
  const steps: PatternStep[] = [];
  const ranges: CharRange[] = [];
  let visits = 0; // empty groups emit nothing, but repeating them costs time too
  const bound = (within: boolean): void => {
    if (!within) throw new FilterFault('this pattern is too large once its repeats are written out', place);
  };
  const emit = (op: PatternStep['op'], x = 0, y = 0): PatternStep => {
    bound(steps.length < MAX_STEPS && ranges.length <= MAX_RANGES);
    const step = { op, x, y };
    steps.push(step);
    return step;
  };
  const walk = (p: Pattern): void => {
    bound(++visits <= 8 * MAX_STEPS);
    switch (p.type) {
      case 'class': {
        const first = ranges.push(...p.ranges) - p.ranges.length;
        emit('class', first, p.ranges.length);
        return;
      }
      case 'edge':
        emit(p.edge);
        return;
      case 'sequence':
        p.items.forEach(walk);
        return;
      case 'either': {
        const exits = p.items.slice(0, -1).map((item) => {
          const split = emit('split', steps.length + 1);
          walk(item);
          const exit = emit('jump');
          split.y = steps.length;
          return exit;
        });
        walk(p.items.at(-1)!);
        for (const exit of exits) exit.x = steps.length;
        return;
      }
      case 'repeat': {
        for (let i = 0; i < p.min; i++) walk(p.item);
        if (p.max === null) {
          const head = steps.length;
          const split = emit('split', head + 1);
          walk(p.item);
          emit('jump', head);
          split.y = steps.length;
          return;
        }
        const splits: PatternStep[] = [];
        for (let i = p.min; i < p.max; i++) {
          splits.push(emit('split', steps.length + 1));
          walk(p.item);
        }
        for (const split of splits) split.y = steps.length;
        return;
      }
    }
  };
  walk(pattern);
  emit('match');
  return { steps, ranges };
}
