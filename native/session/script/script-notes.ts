/** What was said by and about the scripts of a session, the newest thousand lines. */
import { safeText } from '../safe-text.js';
import type { ScriptNote } from './scripts.js';

const KEPT = 1000;

export class ScriptNotes {
  #notes: ScriptNote[] = [];
  #forgotten = 0;
  #listeners: ((note: ScriptNote) => void)[] = [];

  /** Gives the line's number, which never changes. */
  say(script: number, name: string, kind: ScriptNote['kind'], raw: string): number {
    const note = { script, text: `script ${name}: ${safeText(raw)}`, kind };
    const index = this.#forgotten + this.#notes.push(note) - 1;
    if (this.#notes.length > KEPT) {
      this.#notes.shift();
      this.#forgotten++;
    }
    for (const listener of this.#listeners) listener(note);
    return index;
  }

  from(index: number): readonly ScriptNote[] {
    return this.#notes.slice(Math.max(0, index - this.#forgotten));
  }

  text(index: number): string {
    return this.#notes[index - this.#forgotten]?.text ?? 'a note of a script, no longer kept';
  }

  listen(listener: (note: ScriptNote) => void): () => void {
    this.#listeners.push(listener);
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== listener);
    };
  }
}
