/**
 * Post-copy over a network that loses one request in ten. A lost one is sent again after a while, each time twice as
 * long; then the fault goes to the target's own handler, which fetches the page as ever.
 *
 *     uffdscope demo epoll_et --headless --default pass --duration 5s --script docs/examples/lossy-post-copy.ts
 */
import { defineScript } from 'uffdscope';

const LOST = 0.1;
const TRIP_MS = 1;
const SENT_AGAIN_AFTER_MS = 20;

export default defineScript({
  filter: 'kind=missing',

  async onFault(_fault, ctx) {
    ctx.count('requests');
    for (let patience = SENT_AGAIN_AFTER_MS; ctx.waiting && ctx.random() < LOST; patience *= 2) {
      ctx.count('lost');
      await ctx.sleep(patience);
    }
    await ctx.sleep(TRIP_MS);
    if (ctx.waiting) ctx.pass(); // it does not where the deadline has passed: then the default was faster
  },
});
