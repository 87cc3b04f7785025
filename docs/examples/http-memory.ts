/**
 * Memory from an HTTP server: each page is a range request, 64 KiB at a time, kept in a cache. A request that fails is
 * tried again. A page that cannot be had is broken memory (SIGBUS), for zeros in its place would be a lie.
 *
 *     export MEMORY_URL=http://127.0.0.1:8000/memory.img
 *     uffdscope demo missing --headless --default zero --script-deadline 10s --script docs/examples/http-memory.ts
 *
 * The server has the bytes of the target's range, from its start on; one that knows no ranges (status 200) will not do.
 */
import { defineScript } from 'uffdscope';

const URL_OF_MEMORY = process.env['MEMORY_URL'] ?? '';
const BLOCK = 64 * 1024;
const KEPT = 256;
const TRIES = 4;
const TRY_MS = 2000;

/** By number, the one used last at the end. */
const blocks = new Map<number, Promise<Uint8Array>>();

async function get(block: number): Promise<Uint8Array> {
  const range = `bytes=${block * BLOCK}-${(block + 1) * BLOCK - 1}`;
  const response = await fetch(URL_OF_MEMORY, { headers: { range }, signal: AbortSignal.timeout(TRY_MS) });
  if (response.status === 416) return new Uint8Array(0); // behind the end
  if (response.status !== 206) throw new Error(`${range}: status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function getPatiently(block: number, tell: (text: string) => void): Promise<Uint8Array> {
  for (let tries = 1; ; tries++) {
    try {
      return await get(block);
    } catch (error) {
      tell((error as Error).message);
      if (tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5 * 2 ** tries));
    }
  }
}

export default defineScript({
  filter: 'kind=missing',

  onAttach() {
    if (URL_OF_MEMORY === '') throw new Error('set MEMORY_URL to where the memory is');
  },

  async onFault(fault, ctx) {
    const block = Math.floor(fault.offset / BLOCK);
    let bytes = blocks.get(block);
    ctx.count(bytes === undefined ? 'requests' : 'from the cache');
    bytes ??= getPatiently(block, (text) => {
      ctx.count('failed requests');
      ctx.log(text);
    });
    blocks.delete(block);
    blocks.set(block, bytes);
    if (blocks.size > KEPT) blocks.delete(blocks.keys().next().value!);
    try {
      const from = fault.offset % BLOCK;
      ctx.copy((await bytes).subarray(from, from + fault.pageSize)); // the rest of the last page is zeros
    } catch {
      blocks.delete(block); // whoever touches it next may have more luck
      if (ctx.waiting) ctx.poison();
    }
  },
});
