/** HTTP for one reader that comes every few seconds. It listens before anything is taken part in. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isIPv4, isIPv6, type AddressInfo } from 'node:net';
import { UffdscopeError } from '../errors.js';
import { safeText } from '../safe-text.js';
import type { NativeJoin } from '../session.js';
import { CONTENT_TYPE, exposition, formFor } from './exposition.js';
import { families } from './families.js';

export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
}

const LOOPBACK = '127.0.0.1';

/** `:9180` and `9180` are of this machine alone; another address has to be named. @throws UffdscopeError USAGE. */
export function parseMetricsAddress(text: string): MetricsAddress {
  const [, six, four, digits] = /^(?:\[([^\]]*)\]:|([^:]*):)?(\d{1,5})$/.exec(text) ?? [];
  const host = six ?? (four || LOOPBACK);
  const port = digits === undefined ? Number.NaN : Number(digits);
  const known = six === undefined ? isIPv4(host) || host === 'localhost' : isIPv6(six);
  if (known && port <= 65_535) return { host, port };
  throw new UffdscopeError(
    'USAGE',
    `"${safeText(text)}" is no address for --metrics.`,
    'Write :9180 for this machine alone, or an address and a port: 10.0.0.7:9180, [::1]:9180.',
  );
}

export interface MetricsServer extends AsyncDisposable {
  /** Where it listens, e.g. `http://127.0.0.1:9180/metrics`. */
  readonly url: string;
  /** What is told from now on; `lost` counts log records that were not read. */
  show(session: NativeJoin, lost?: () => number): void;
}

/** @throws UffdscopeError METRICS: the port is taken, or the address is not of this machine. */
export async function serveMetrics(address: MetricsAddress): Promise<MetricsServer> {
  let shown: { readonly session: NativeJoin; readonly lost: () => number } | null = null;
  const server = createServer({ requestTimeout: 5000, headersTimeout: 5000 }, (request, response) => {
    void answer(request, response);
  });
  server.maxConnections = 32;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    request.resume();
    const plain = (status: number, text: string): void =>
      void response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
    if (method !== 'GET' && method !== 'HEAD') return plain(405, 'Only GET and HEAD.');
    if (url.split('?')[0] !== '/metrics') return plain(404, 'The metrics are at /metrics.');
    if (shown === null) return plain(503, 'Nothing is taken part in yet.');
    const form = formFor(headers.accept);
    try {
      const text = exposition(await families(shown.session, shown.lost()), form);
      response.writeHead(200, { 'Content-Type': CONTENT_TYPE[form], 'Content-Length': Buffer.byteLength(text) });
      response.end(method === 'HEAD' ? '' : text);
    } catch {
      plain(500, 'The session cannot be read.'); // it went between two looks; the next scrape says more
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(address, error)));
    server.listen(address.port, address.host, resolve);
  });
  server.on('error', () => {}); // of a connection that could not be taken; the next one can
  server.unref();
  const { address: host, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${host}]` : host}:${port}/metrics`,
    show: (session, lost = () => 0) => void (shown = { session, lost }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function cannotListen({ host, port }: MetricsAddress, error: NodeJS.ErrnoException): UffdscopeError {
  const why: Readonly<Record<string, string>> = {
    EADDRINUSE: 'somebody else listens there',
    EADDRNOTAVAIL: 'this machine does not have that address',
    EACCES: 'that port is only for root',
  };
  const { code = '' } = error;
  return new UffdscopeError(
    'METRICS',
    `Metrics cannot be served on ${safeText(host)}:${port}: ${why[code] ?? code}.`,
    code === 'EADDRINUSE' ? 'Name another port; with port 0 a free one is taken and said.' : '',
  );
}
