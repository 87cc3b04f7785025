/**
 * Memory that comes from a slow disk. It has one arm: requests are worked off one after the other, what lies behind the
 * page read last comes soon, and anything else waits for a seek. The bytes are those of the default.
 *
 *     uffdscope demo missing --headless --default zero --seed 1 --script docs/examples/slow-disk.ts
 */
import { defineScript } from 'uffdscope';

const READ_MS = 2;
const SEEK_MS = { least: 8, most: 20 };
/** Somebody else used the disk meanwhile. */
const DISTURBED = 0.05;

let arm: Promise<void> = Promise.resolve();
let next = -1n;

export default defineScript({
  filter: 'kind=missing',

  async onFault(fault, ctx) {
    const seeks = ctx.random() < DISTURBED || fault.page !== next;
    const ms = READ_MS + (seeks ? SEEK_MS.least + ctx.random() * (SEEK_MS.most - SEEK_MS.least) : 0);
    next = fault.page + BigInt(fault.pageSize);
    ctx.count(seeks ? 'seeks' : 'reads');
    arm = arm.then(() => ctx.sleep(ms));
    await arm; // no answer is given, so the next script is asked, and then the default
  },

  onDetach(ctx) {
    ctx.log('the arm is parked');
  },
});
