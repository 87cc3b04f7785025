/** Skipping with a reason; where CI=true a skipped test fails the run (`no-skips.mjs`). */

/** The options of a test that needs `condition`: `test('…', skipUnless(isRoot, 'needs root'), …)`. */
export function skipUnless(condition: boolean, reason: string): { readonly skip: string | false } {
  return { skip: !condition && reason };
}

export const isRoot = process.getuid?.() === 0;
