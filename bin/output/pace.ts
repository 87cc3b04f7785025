/**
 * How long the lines rest between two batches. Formatting shares a CPU with whoever answers faults, or with the target:
 * in a burst that the log has room for it takes a fifth of the time, and catches up afterwards.
 */
const LEAST_MS = 20;
const MOST_MS = 250;
const REST_PER_WORK = 4;
/** Of the log. Above it, lines come first: what is overwritten is lost. */
const PLENTY_UNREAD = 1 / 8;

/** `worked` in ms, `unread` as a share of what the log holds (0 to 1). In ms. */
export function restAfter(worked: number, unread: number): number {
  if (unread > PLENTY_UNREAD) return LEAST_MS;
  return Math.min(MOST_MS, Math.max(LEAST_MS, REST_PER_WORK * worked));
}
