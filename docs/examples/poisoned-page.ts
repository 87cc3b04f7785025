/**
 * The third page of every range is broken memory: whoever touches it gets SIGBUS. All others read as zeros.
 *
 *     uffdscope demo missing --headless --default zero --script docs/examples/poisoned-page.ts
 */
import { defineScript } from 'uffdscope';

const BROKEN = 2;
let touched = 0;

export default defineScript({
  filter: 'kind=missing',

  onFault(fault, ctx) {
    if (fault.offset / fault.pageSize !== BROKEN) return ctx.zero();
    touched++;
    ctx.log(`thread ${fault.tid} touches the broken page of ${fault.range?.name ?? 'no known range'}`);
    ctx.poison();
  },

  onDetach(ctx) {
    ctx.expect(touched > 0, 'the broken page is touched'); // else exit status 4: nothing was tried
  },
});
