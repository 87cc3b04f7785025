/** A pattern program as bytes for the engine: counts, steps of 8 bytes, ranges of 8 bytes, little endian. */
import { compilePattern, type PatternStep } from './pattern-program.js';
import { parsePattern } from './pattern-syntax.js';

const STEP: Readonly<Record<PatternStep['op'], number>> = {
  class: 1,
  split: 2,
  jump: 3,
  start: 4,
  end: 5,
  word: 6,
  inside: 7,
  match: 8,
};

/** `source` must have passed checkPattern. */
export function encodePattern(source: string): Uint8Array {
  const place = { text: source, quoted: false, at: 0, length: source.length };
  const { steps, ranges } = compilePattern(parsePattern(source, place), place);
  const bytes = new Uint8Array(4 + 8 * (steps.length + ranges.length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, steps.length, true);
  view.setUint16(2, ranges.length, true);
  steps.forEach((step, i) => {
    const at = 4 + 8 * i;
    view.setUint16(at, STEP[step.op], true);
    view.setUint16(at + 2, step.x, true);
    view.setUint16(at + 4, step.y, true);
  });
  ranges.forEach(([lo, hi], i) => {
    const at = 4 + 8 * (steps.length + i);
    view.setUint32(at, lo, true);
    view.setUint32(at + 4, hi, true);
  });
  return bytes;
}
