/** Prometheus and OpenMetrics. */
export { parseMetricsAddress, serveMetrics, type MetricsAddress, type MetricsServer } from './server.js';
