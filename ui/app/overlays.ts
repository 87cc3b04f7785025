/** Dialogs, the newest in front. */
import type { Overlay } from '../views/view.js';

export class Overlays {
  #stack: Overlay[] = [];
  #onOpen: (() => void) | null = null;

  constructor(private readonly changed: () => void) {}

  get front(): Overlay | null {
    return this.#stack.at(-1) ?? null;
  }

  get all(): readonly Overlay[] {
    return this.#stack;
  }

  open(overlay: Overlay): void {
    this.#stack.push(overlay);
    this.changed();
    const told = this.#onOpen;
    this.#onOpen = null;
    told?.();
  }

  /** Called once, when the next dialog is there. */
  onceOpened(told: () => void): void {
    this.#onOpen = told;
  }

  /** Take a dialog away, wherever it stands; it has answered already. */
  remove(overlay: Overlay): void {
    this.#stack = this.#stack.filter((one) => one !== overlay);
    this.changed();
  }

  /** All away, each cancelled: the panic key and the end. */
  cancelAll(): void {
    for (const overlay of this.#stack.toReversed()) overlay.cancel();
    this.#stack = [];
    this.changed();
  }
}
