/** Four times a second: who lives, who still holds the uffd, how much is unread; now and then the ranges. Looks only. */
import { readFileSync } from 'node:fs';
import type { NativeSession } from '../addon/session-binding.js';

const LOOK_MS = 250;
const STILL_LOOKS = 8;
/** Ranges are read again at most this often, and never for more than a hundredth of the time. */
const REFRESH_MS = 1000;

export interface Watched {
  readonly target: number;
  readonly holder: number;
  readonly fd: number;
  readonly ino: number;
}

export class TargetWatch {
  /** The target process lives. */
  alive = true;
  /** Unread faults by fdinfo; null where that cannot be read. */
  unread: number | null = null;
  /** Faults that wait although somebody has read them, where that has not moved for two seconds; else 0. */
  stuck = 0;
  #timer: NodeJS.Timeout;
  #read = 0;
  #still = 0;
  #nextRefresh = 0;
  #ownerTold = false;

  constructor(
    readonly native: NativeSession,
    readonly watched: Watched,
    readonly onGone: () => void,
  ) {
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { target, holder, unread, read } = this.native.alive();
    this.unread = unread < 0 ? null : unread;
    this.#still = read === this.#read && unread === 0 ? this.#still + 1 : 0;
    this.#read = read;
    this.stuck = this.#still >= STILL_LOOKS ? Math.max(0, read) : 0;
    if (!target) {
      if (!this.alive) return;
      this.alive = false;
      this.onGone();
      return;
    }
    this.#lookAtOwner(holder);
    if (performance.now() < this.#nextRefresh) return;
    this.#nextRefresh = Infinity;
    try {
      const took = (await this.native.refreshRanges()) / 1e6;
      this.#nextRefresh = performance.now() + Math.max(REFRESH_MS, took * 100);
    } catch {
      this.#nextRefresh = performance.now() + REFRESH_MS; // it ends just now: the next look says so
    }
  }

  /** While ours is open, the owner's close or death no longer turns its faults into zero pages: that must be said. */
  #lookAtOwner(lives: boolean): void {
    if (this.#ownerTold || (lives && this.#holds())) return;
    this.#ownerTold = true;
    this.native.ownerGone(this.watched.holder, lives);
  }

  #holds(): boolean {
    try {
      const info = readFileSync(`/proc/${this.watched.holder}/fdinfo/${this.watched.fd}`, 'utf8');
      return new RegExp(`^ino:\\s+${this.watched.ino}$`, 'm').test(info);
    } catch {
      return false;
    }
  }
}
