/** What a session counted. */
export type { AnsweredBy, Latency, PageCount, Statistics, ThreadCount } from './statistics.js';
export { summarize, type RangeCount, type Summary } from './summary.js';
