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

/** A value with one reader, for ink's one useSyncExternalStore. */
export class ChromeStore {
  #model: ChromeModel;
  #key: string;
  #listener: (() => void) | null = null;

  constructor(initial: ChromeModel) {
    this.#model = initial;
    this.#key = keyOf(initial);
  }

  readonly get = (): ChromeModel => this.#model;

  /** Tells nobody where nothing that is drawn differs. */
  set(model: ChromeModel): void {
    const key = keyOf(model);
    if (key === this.#key) return;
    this.#key = key;
    this.#model = model;
    this.#listener?.();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listener = listener;
    return () => {
      this.#listener = null;
    };
  };
}

function keyOf({ columns, rows, paint, frames, lines }: ChromeModel): string {
  return JSON.stringify([columns, rows, paint.theme, paint.ascii, frames, lines]);
}
