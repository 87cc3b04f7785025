/**
 * One line being typed: node:readline's own editor on an output that shows nothing. Word moves, kill and yank, undo,
 * history and completion come with it; we draw `line` and `cursor`.
 */
import { createInterface, type Interface } from 'node:readline';
import { PassThrough, Writable } from 'node:stream';
import type { KeyPress } from './keys.js';

/** What can stand at the cursor: whole words, and the part already typed. */
export interface Completion {
  readonly words: readonly string[];
  readonly typed: string;
}

export interface PromptLineOptions {
  readonly initial: string;
  /** Newest first. */
  readonly history: readonly string[];
  readonly complete: (before: string) => Completion;
  readonly onAccept: (line: string) => void;
}

export class PromptLine {
  readonly #input = new PassThrough();
  readonly #editor: Interface;
  #closed = false;

  constructor(options: PromptLineOptions) {
    const silent = Object.assign(new Writable({ write: (_chunk, _encoding, done) => done() }), {
      columns: 10_000, // one long row: the editor must never think that the line wraps
      rows: 10,
    });
    this.#editor = createInterface({
      input: this.#input,
      output: silent,
      terminal: true,
      prompt: '',
      history: [...options.history],
      historySize: 200,
      tabSize: 1,
      completer: (line: string): [string[], string] => {
        const { words, typed } = options.complete(line);
        return [[...words], typed];
      },
    });
    this.#editor.on('line', options.onAccept);
    if (options.initial !== '') this.#editor.write(options.initial);
  }

  get line(): string {
    return this.#editor.line;
  }

  /** In UTF-16 units of `line`. */
  get cursor(): number {
    return this.#editor.cursor;
  }

  key(key: KeyPress): void {
    // ctrl-d on an empty line and ctrl-c would close the editor, ctrl-z would stop us behind the screen's back.
    if (this.#closed || ['ctrl-c', 'ctrl-z', 'ctrl-d', 'ctrl-l'].includes(key.name)) return;
    this.#editor.write(key.raw.sequence as string, key.raw.key);
  }

  /** Pasted text stays on the line: a newline in it accepts nothing. */
  insert(text: string): void {
    const line = text.replace(/[\r\n\t]+/g, ' ').replace(/[\u0000-\u001f\u007f]/g, '');
    if (!this.#closed && line !== '') this.#editor.write(line);
  }

  /** Replace the whole line, as one undo step. */
  set(text: string): void {
    this.#editor.write(null as never, { ctrl: true, name: 'e' });
    this.#editor.write(null as never, { ctrl: true, name: 'u' });
    this.insert(text);
  }

  close(): void {
    this.#closed = true;
    this.#editor.close();
    this.#input.destroy();
  }
}
