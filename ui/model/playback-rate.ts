/** Faults a second around the moment that is shown, looked up in the recording: whichever way one came there. */
import type { Playback } from '../../native/session/types.js';
import type { Rate } from './rate.js';

const SECOND = 1e9;
const KEPT = 600;

export class PlaybackRate implements Rate {
  #second = -1;
  #history: readonly number[] = [];

  constructor(private readonly playback: Playback) {}

  sample(): void {
    // everything is in the recording
  }

  get perSecond(): number {
    const { playback } = this;
    const span = Math.min(SECOND, playback.at - playback.from);
    if (span <= 0) return 0;
    return ((playback.faultsBy(playback.at) - playback.faultsBy(playback.at - span)) / span) * SECOND;
  }

  /** Whole seconds that had passed. */
  get history(): readonly number[] {
    const { at, from } = this.playback;
    const second = Math.floor((at - from) / SECOND);
    if (second === this.#second) return this.#history;
    this.#second = second;
    const first = Math.max(0, second - KEPT);
    const until = (n: number): number => (n === 0 ? 0 : this.playback.faultsBy(from + n * SECOND));
    this.#history = Array.from({ length: second - first }, (_, i) => until(first + i + 1) - until(first + i));
    return this.#history;
  }
}
