/** What is said in one line above the hints. Each is on the screen for a while before the next one takes its place. */

export interface Message {
  readonly text: string;
  readonly kind: 'info' | 'ok' | 'warn' | 'error';
  /** How long it stays once it is on the screen. */
  readonly forMs: number;
}

/** Long enough to be noticed. */
const AT_LEAST_MS = 600;
const KEPT = 8;

export class Toasts {
  #now: Message | null = null;
  /** When it was painted, or null: not yet. */
  #paintedAt: number | null = null;
  #next: Message[] = [];

  get now(): Message | null {
    return this.#now;
  }

  /** Takes the place of what was seen; waits behind what was not. */
  say(message: Message): void {
    if (this.#now !== null && this.#paintedAt === null) {
      if (this.#next.length < KEPT) this.#next.push(message);
      return;
    }
    this.#show(message);
    this.#next = [];
  }

  clear(): void {
    this.#now = null;
    this.#next = [];
  }

  /** It is on the screen: its time runs from here, however late the screen was. */
  painted(at: number): void {
    this.#paintedAt ??= at;
  }

  /** True when another one, or none, is to be shown. */
  tick(at: number): boolean {
    if (this.#now === null || this.#paintedAt === null) return false;
    const shown = at - this.#paintedAt;
    const [next] = this.#next;
    if (next !== undefined && shown >= AT_LEAST_MS) {
      this.#next.shift();
      this.#show(next);
      return true;
    }
    if (shown < this.#now.forMs) return false;
    this.clear();
    return true;
  }

  #show(message: Message): void {
    this.#now = message;
    this.#paintedAt = null;
  }
}
