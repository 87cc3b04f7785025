/** `--metrics`: listens before anything is taken part in, so that a port that is taken costs nothing. */
import type { MetricsAddress, MetricsServer } from '../native/session/index.js';
import type { Context } from './context.js';

export type Metrics = Pick<MetricsServer, 'show' | typeof Symbol.asyncDispose>;

const NONE: Metrics = {
  show: () => {},
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** @throws UffdscopeError METRICS. */
export async function openMetrics(address: MetricsAddress | null, context: Context): Promise<Metrics> {
  if (address === null) return NONE;
  const { serveMetrics } = await import('../native/session/metrics/index.js');
  const server = await serveMetrics(address);
  context.say(`uffdscope: metrics at ${server.url}`);
  return server;
}
