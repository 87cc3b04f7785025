/** What ink draws: frames with titles and tabs, and whole rows. It changes when the operator changes it, not with faults. */
import type { Rect } from '../screen/compose.js';
import type { Paint } from '../screen/paint.js';

export interface ChromeFrame {
  readonly rect: Rect;
  readonly title: string;
  readonly tabs: readonly string[];
  readonly tab: number;
  readonly focused: boolean;
}

export interface ChromeModel {
  readonly columns: number;
  readonly rows: number;
  readonly paint: Paint;
  readonly frames: readonly ChromeFrame[];
  readonly lines: readonly { readonly top: number; readonly row: string }[];
}

/** An ink frame costs tens of ms of CPU: what differs only in colour or words waits for its turn. */
const FRAME_MS = 250;
const AFTER_PAINT_MS = 20;

/** A value with one reader, for ink's one useSyncExternalStore. */
export class ChromeStore {
  #shown: ChromeModel;
  #wanted: ChromeModel;
  #shownAt = -Infinity;
  #listener: (() => void) | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(initial: ChromeModel) {
    this.#shown = this.#wanted = initial;
  }

  readonly get = (): ChromeModel => this.#shown;

  /** Frames that come, go or move are drawn at once, others at most four times a second; nothing where all is the same. */
  set(model: ChromeModel): void {
    this.#wanted = model;
    if (keyOf(model) === keyOf(this.#shown)) return;
    if (placesOf(model) !== placesOf(this.#shown)) {
      this.#show();
      return;
    }
    // Never in this turn: first the painted rows go out, which already say what changed.
    const due = this.#shownAt + FRAME_MS - performance.now();
    this.#timer ??= setTimeout(() => this.#show(), Math.max(AFTER_PAINT_MS, due));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listener = listener;
    return () => {
      this.#listener = null;
    };
  };

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #show(): void {
    this.close();
    this.#shown = this.#wanted;
    this.#shownAt = performance.now();
    this.#listener?.();
  }
}

function keyOf({ columns, rows, paint, frames, lines }: ChromeModel): string {
  return JSON.stringify([columns, rows, paint.theme, paint.ascii, frames, lines]);
}

function placesOf({ columns, rows, frames, lines }: ChromeModel): string {
  return JSON.stringify([columns, rows, frames.map(({ rect }) => rect), lines.map(({ top }) => top)]);
}
