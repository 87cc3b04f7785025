/** Runs a pattern program over a name: all threads at once, one pass, no backtracking. */
import { WORD, type CharRange } from './char-class.js';
import type { PatternProgram } from './pattern-program.js';

/** What stands before the first and after the last character. */
const NOTHING = -1;

/** Does the pattern match anywhere in the text? Time is at most linear in text times program. */
export function compileMatcher({ steps, ranges }: PatternProgram): (text: string) => boolean {
  // seen[pc]: the position (over all calls) at which the thread was met last, so that nothing needs clearing.
  const seen = new Float64Array(steps.length);
  const stack = new Uint16Array(3 * steps.length + 1);
  const seeds = new Uint16Array(steps.length);
  let position = 0;

  return (text) => {
    let seedCount = 0;
    let before = NOTHING;
    for (let at = 0; ;) {
      const after = at < text.length ? text.codePointAt(at)! : NOTHING;
      position++;
      stack.set(seeds.subarray(0, seedCount));
      let top = seedCount;
      stack[top++] = 0; // a match may begin at every position
      seedCount = 0;
      while (top > 0) {
        const pc = stack[--top]!;
        if (seen[pc] === position) continue;
        seen[pc] = position;
        const step = steps[pc]!;
        switch (step.op) {
          case 'match':
            return true;
          case 'jump':
            stack[top++] = step.x;
            break;
          case 'split':
            stack[top++] = step.y;
            stack[top++] = step.x;
            break;
          case 'start':
            if (before === NOTHING) stack[top++] = pc + 1;
            break;
          case 'end':
            if (after === NOTHING) stack[top++] = pc + 1;
            break;
          case 'word':
          case 'inside':
            if ((isWord(before) !== isWord(after)) === (step.op === 'word')) stack[top++] = pc + 1;
            break;
          case 'class':
            if (within(ranges, after, step.x, step.y)) seeds[seedCount++] = pc + 1;
            break;
        }
      }
      if (after === NOTHING) return false;
      before = after;
      at += after > 0xffff ? 2 : 1;
    }
  };
}

function isWord(code: number): boolean {
  return within(WORD, code, 0, WORD.length);
}

function within(ranges: readonly CharRange[], code: number, first: number, count: number): boolean {
  for (let i = first; i < first + count; i++) {
    const [lo, hi] = ranges[i]!;
    if (code >= lo && code <= hi) return true;
  }
  return false;
}
