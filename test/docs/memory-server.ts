/** An HTTP server that gives a file in ranges, and fails now and then. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface MemoryServer extends AsyncDisposable {
  readonly url: string;
  /** The file that it gives. */
  readonly path: string;
  /** Requests that did not get what they asked for. */
  failed(): number;
}

/** `fails`: of three blocks the first request for one gets a 503, for another it is cut amid its body. */
export async function memoryServer({
  size,
  fails = false,
}: {
  readonly size: number;
  readonly fails?: boolean;
}): Promise<MemoryServer> {
  const folder = mkdtempSync(join(tmpdir(), 'memory-'));
  const path = join(folder, 'memory.img');
  const bytes = randomBytes(size);
  writeFileSync(path, bytes);
  const asked = new Set<string>();
  let failed = 0;
  const server = createServer((request, response) => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (!range || Number(range[1]) >= size) return void response.writeHead(416).end();
    const block = fails && !asked.has(range[0]) ? asked.size % 3 : 2;
    asked.add(range[0]);
    const part = bytes.subarray(Number(range[1]), Number(range[2]) + 1);
    if (block === 0) {
      failed++;
      response.writeHead(503).end();
    } else if (block === 1) {
      failed++;
      response.writeHead(206, { 'content-length': part.length }).write(part.subarray(0, 100));
      setTimeout(() => response.destroy(), 5);
    } else {
      response.writeHead(206).end(part);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/memory.img`,
    path,
    failed: () => failed,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      rmSync(folder, { recursive: true });
    },
  };
}
