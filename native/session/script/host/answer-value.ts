/** What `onFault` returned, if it is an answer at all. */
import type { Answer } from '../types.js';

const PLAIN = ['zero', 'continue', 'unprotect', 'poison', 'wake', 'hold', 'pass'] as const;

/** @throws TypeError that says what an answer is. */
export function plainAction(value: unknown): Exclude<Answer, string> {
  const given = typeof value === 'string' ? { action: value } : value;
  if (typeof given === 'object' && given !== null && 'action' in given) {
    const { action } = given as { readonly action: unknown };
    const plain = PLAIN.find((name) => name === action);
    if (plain !== undefined) return { action: plain };
    if (action === 'copy' && 'source' in given) return given as Extract<Answer, { readonly action: 'copy' }>;
    if (action === 'copy') throw new TypeError("a copy needs its source: { action: 'copy', source: … }");
    if (action === 'delay') {
      const { ms } = given as { readonly ms?: unknown };
      if (typeof ms === 'number' && ms >= 0 && ms <= 86_400_000) return { action: 'delay', ms };
      throw new TypeError("a delay needs its time: { action: 'delay', ms: 5 }");
    }
  }
  throw new TypeError(
    `onFault returned ${shown(value)}, which is no answer; return zero, { action: 'copy', source } …, or nothing`,
  );
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 40)}"`;
  if (typeof value === 'object' && value !== null) return JSON.stringify(value).slice(0, 60);
  return String(value);
}
