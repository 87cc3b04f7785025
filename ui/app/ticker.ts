/** Looks at the session at frame rate while things change, less often while nothing does, and paints what changed. */
import type { App } from './app.js';

const FRAME_MS = 33;
const IDLE_MS = 100;
const IDLE_AFTER_MS = 1000;
const MAPS_MS = 1000;

export class Ticker {
  #timer: NodeJS.Timeout | null = null;
  #changedAt = performance.now();
  #mapsAt = 0;
  #heldBefore = 0;

  constructor(private readonly app: App) {}

  start(): void {
    this.#next(FRAME_MS);
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #next(ms: number): void {
    this.#timer = setTimeout(() => this.#tick(), ms);
  }

  #tick(): void {
    const now = performance.now();
    const { app } = this;
    let { message } = app.state;
    if (message && message.until <= now) message = null;
    if (message !== app.state.message) app.set({ message });
    if (app.watch) {
      if (this.#poll(now)) this.#changedAt = now;
      if (now - this.#mapsAt > MAPS_MS) {
        this.#mapsAt = now;
        app.watch.maps.touchNext(app.watch.ranges.map((range) => range.id));
        app.touch(); // the sparkline moves on, and so may a page that is shown
      }
    }
    this.#next(now - this.#changedAt < IDLE_AFTER_MS ? FRAME_MS : IDLE_MS);
  }

  /** True when faults came or went: then the next look is soon. */
  #poll(now: number): boolean {
    const { app } = this;
    const watch = app.at;
    const before = watch.snapshot;
    const changed = watch.poll();
    const moved = watch.snapshot.faultsVersion !== before.faultsVersion || watch.snapshot.events !== before.events;
    if (changed) app.touch();
    this.#firstHeld();
    return moved || now - this.#changedAt < 0;
  }

  /** The first fault that waits for the operator gets the focus, and a line that says what can be done. */
  #firstHeld(): void {
    const { app } = this;
    const { snapshot, session, list } = app.at;
    if (app.state.firstHeld === 'not yet' && snapshot.held > 0 && this.#heldBefore === 0) {
      const first = session.faults.waiting().find((seq) => session.faults.row(seq)?.state === 'held');
      if (first === undefined) return;
      if (list.follow && app.overlays.front === null) list.focusOn(first);
      app.set({ firstHeld: 'shown' });
    }
    if (app.state.firstHeld === 'shown' && snapshot.held === 0) app.set({ firstHeld: 'done' });
    this.#heldBefore = app.state.firstHeld === 'not yet' ? 0 : snapshot.held;
  }
}
