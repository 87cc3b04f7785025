/** Where in a recording we are, and how it moves on: the recording knows its moments, this one the time of the wall. */
import type { Playback } from '../../native/session/types.js';

/** Faults are microseconds apart: it must be slow enough to see each. */
export const SPEEDS = [1e-4, 1e-3, 1e-2, 0.1, 0.5, 1, 2, 5, 10, 100] as const;
/** After a stop (ctrl-z) or a slow frame it goes on where it was. */
const LONGEST_FRAME_MS = 250;

export class Player {
  playing = false;
  #speed = SPEEDS.indexOf(1);
  #last = 0;

  constructor(readonly playback: Playback) {}

  get speed(): number {
    return SPEEDS[this.#speed]!;
  }

  /** By so many places of the list. */
  changeSpeed(by: number): void {
    this.#speed = Math.max(0, Math.min(SPEEDS.length - 1, this.#speed + by));
  }

  /** From the end it begins anew. */
  toggle(): void {
    const { playback } = this;
    this.playing = !this.playing && playback.to > playback.from;
    if (this.playing && playback.at >= playback.to) playback.seek(playback.from);
    this.#last = performance.now();
  }

  /** A choice of a moment; it stands still there. */
  seek(t: number): void {
    this.playing = false;
    this.playback.seek(t);
  }

  /** The same, and it plays on if it does. */
  jump(t: number): void {
    this.playback.seek(t);
  }

  /** At each frame; true when the moment has moved. */
  advance(now: number): boolean {
    if (!this.playing) return false;
    const { playback } = this;
    const ms = Math.min(LONGEST_FRAME_MS, Math.max(0, now - this.#last));
    this.#last = now;
    playback.seek(playback.at + ms * 1e6 * this.speed);
    if (playback.at >= playback.to) this.playing = false;
    return true;
  }
}

/** `1/100x`, `5x`. */
export function speedWord(speed: number): string {
  return speed < 1 ? `1/${Math.round(1 / speed)}x` : `${speed}x`;
}
