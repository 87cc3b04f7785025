/** Waiting for a condition, with a limit that only a machine that hangs reaches. */
import assert from 'node:assert/strict';

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Fails with what was waited for. */
export async function until(what: string, check: () => boolean, ms = 30_000): Promise<void> {
  const end = performance.now() + ms;
  while (!check()) {
    assert.ok(performance.now() < end, `within ${ms} ms: ${what}`);
    await sleep(5);
  }
}
