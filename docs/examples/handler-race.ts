/**
 * What a handler with several threads does on a bad day, none of which may cost a byte: threads are woken before their
 * page is there, and answers come in another order than the faults.
 *
 *     uffdscope demo checker --headless --default zero --seed 1 --script docs/examples/handler-race.ts
 */
import { defineScript } from 'uffdscope';

const WOKEN_EARLY = 0.2;
const OUT_OF_ORDER = 0.3;
const TOGETHER = 4;
const WAIT_MS = 5;

/** Those that wait for others, so that the last can come first. */
let waiting: (() => void)[] = [];
let stop: (() => void) | null = null;

function letGo(): void {
  stop?.();
  stop = null;
  const all = waiting.toReversed();
  waiting = [];
  for (const go of all) go();
}

export default defineScript({
  filter: 'kind=missing',

  async onFault(fault, ctx) {
    if (fault.hits === 1 && ctx.random() < WOKEN_EARLY) {
      ctx.count('woken early');
      return ctx.wake(); // it faults again, and `hits` is 2 then
    }
    if (ctx.random() < OUT_OF_ORDER) {
      ctx.count('out of order');
      const turn = new Promise<void>((resolve) => waiting.push(resolve));
      if (waiting.length === TOGETHER) letGo();
      else stop ??= ctx.after(WAIT_MS, letGo);
      await turn;
    }
    ctx.zero();
  },
});
