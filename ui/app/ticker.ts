/** Looks at the session at frame rate while things change, less often while nothing does, and paints what changed. */
import type { ScreenApp } from './app.js';

/** How long to the next look, by how long nothing has changed. */
const PACE: readonly (readonly [quietMs: number, nextMs: number])[] = [
  [5000, 200],
  [1000, 100],
  [0, 33],
];
const MAPS_MS = 1000;
/** Of a recording the maps of another moment are soon there. */
const MOVED_MS = 150;
/** Where only the ages of waiting faults move on. */
const AGES_MS = 250;
/** From ten seconds on they are shown in whole ones. */
const OLD_AGES_MS = 1000;
const OLD_NS = 10e9;

export class Ticker {
  #timer: NodeJS.Timeout | null = null;
  #changedAt = performance.now();
  #mapsAt = 0;
  #agesAt = 0;

  constructor(private readonly app: ScreenApp) {}

  start(): void {
    this.#next(0);
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
    app.tick(now);
    if (app.watch) {
      if (app.watch.player?.advance(now)) {
        this.#changedAt = now;
        app.touch();
      }
      if (this.#poll(now)) this.#changedAt = now;
      if (app.watch.player) {
        if (now - this.#mapsAt > MOVED_MS) {
          this.#mapsAt = now;
          app.watch.maps.touchMoved(app.watch.ranges.map((range) => range.id));
        }
      } else if (now - this.#mapsAt > MAPS_MS) {
        this.#mapsAt = now;
        app.watch.maps.touchNext(app.watch.ranges.map((range) => range.id));
        app.touch(); // the sparkline moves on, and so may a page that is shown
      }
    }
    const quiet = now - this.#changedAt;
    this.#next(PACE.find(([from]) => quiet >= from)![1]);
  }

  /** True when faults came or went: then the next look is soon. */
  #poll(now: number): boolean {
    const { app } = this;
    const watch = app.at;
    const before = watch.snapshot;
    const changed = watch.poll();
    const { held, delayed, oldestHeld } = watch.snapshot;
    const agesMs = oldestHeld !== null && oldestHeld > OLD_NS ? OLD_AGES_MS : AGES_MS;
    if (changed || (held + delayed > 0 && now - this.#agesAt >= agesMs)) {
      this.#agesAt = now;
      app.touch();
    }
    this.#firstHeld();
    return watch.snapshot.faultsVersion !== before.faultsVersion || watch.snapshot.events !== before.events;
  }

  /** The first fault that waits for the operator gets the focus, and a line that says what can be done. */
  #firstHeld(): void {
    const { app } = this;
    const { snapshot, session, list } = app.at;
    if (app.state.firstHeld === 'not yet' && snapshot.held > 0) {
      const first = session.faults.waiting().find((seq) => session.faults.row(seq)?.state === 'held');
      if (first === undefined) return;
      if (list.follow && app.overlays.front === null) list.focusOn(first);
      app.set({ firstHeld: { seq: first } });
    }
    if (list.awaiting && snapshot.held > 0 && app.overlays.front === null && list.focusNextHeld()) app.touch();
    if (typeof app.state.firstHeld === 'object' && snapshot.held === 0) app.set({ firstHeld: 'done' });
  }
}
