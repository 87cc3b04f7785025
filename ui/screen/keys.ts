/**
 * Bytes from the terminal as named keys: `a`, `A`, `ctrl-x`, `space`, `esc`, `shift-tab`, `pagedown`. Decoding is
 * node:readline's; in front of it stand the mouse filter and a collector of pastes, so that pasted text is never keys.
 */
import { EventEmitter } from 'node:events';
import { emitKeypressEvents, type Key as NodeKey } from 'node:readline';
import { PassThrough } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { MouseFilter, type MouseReport } from './mouse.js';

export interface KeyPress {
  readonly name: string;
  /** The character it types, or ''. */
  readonly text: string;
  /** As node:readline gave it, for the line editor. */
  readonly raw: { readonly sequence: string | undefined; readonly key: NodeKey };
}

interface Events {
  key: [KeyPress];
  paste: [string];
  mouse: [MouseReport];
}

const ESCAPE_MS = 25;
const REPORT_MS = 500;
const PASTE_STALLED_MS = 1000;

export class Keys extends EventEmitter<Events> {
  readonly #tap = new PassThrough();
  readonly #utf8 = new StringDecoder('utf8');
  readonly #mouse = new MouseFilter();
  #timer: NodeJS.Timeout | null = null;
  #paste: string | null = null;
  #pasteTimer: NodeJS.Timeout | null = null;

  constructor() {
    super();
    // The second argument is documented as an Interface; its escapeCodeTimeout is all that is read of it.
    emitKeypressEvents(this.#tap, { escapeCodeTimeout: ESCAPE_MS } as never);
    this.#tap.on('keypress', (text: string | undefined, key: NodeKey) => this.#onKey(text, key));
  }

  feed(bytes: Buffer): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const { text, reports } = this.#mouse.feed(this.#utf8.write(bytes));
    for (const report of reports) this.emit('mouse', report);
    if (text !== '') this.#tap.write(text);
    const { waiting } = this.#mouse;
    if (waiting) this.#timer = setTimeout(() => this.#giveUp(), waiting === 'report' ? REPORT_MS : ESCAPE_MS);
  }

  #giveUp(): void {
    // We may be late ourselves: what has come meanwhile is read first, and calls `feed`.
    const timer = this.#timer;
    setImmediate(() => {
      if (this.#timer !== timer) return;
      const tail = this.#mouse.flush();
      if (tail !== '') this.#tap.write(tail);
    });
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#pasteTimer) clearTimeout(this.#pasteTimer);
    this.#tap.removeAllListeners();
    this.#tap.destroy();
  }

  #onKey(text: string | undefined, key: NodeKey): void {
    if (key.name === 'paste-start') {
      this.#paste = '';
      this.#watchPaste();
    } else if (key.name === 'paste-end') this.#endPaste();
    else if (this.#paste !== null) {
      // The panic key is never swallowed, even by a paste whose end got lost.
      if (key.ctrl && key.name === 'x') this.#endPaste();
      else {
        this.#paste += key.sequence ?? text ?? '';
        this.#watchPaste();
        return;
      }
      this.emit('key', press(text, key));
    } else this.emit('key', press(text, key));
  }

  #watchPaste(): void {
    if (this.#pasteTimer) clearTimeout(this.#pasteTimer);
    this.#pasteTimer = setTimeout(() => this.#endPaste(), PASTE_STALLED_MS);
  }

  #endPaste(): void {
    if (this.#pasteTimer) clearTimeout(this.#pasteTimer);
    const text = this.#paste;
    this.#paste = null;
    if (text) this.emit('paste', text);
  }
}

const NAMES: Readonly<Record<string, string>> = { return: 'enter', enter: 'enter', escape: 'esc' };
const NAMED = /^(up|down|left|right|home|end|pageup|pagedown|tab|enter|esc|space|backspace|delete|insert|f\d+)$/;

function press(text: string | undefined, key: NodeKey): KeyPress {
  const raw = { sequence: text, key };
  const base = NAMES[key.name ?? ''] ?? key.name ?? text ?? key.sequence ?? '';
  if (key.ctrl) return { name: `ctrl-${base}`, text: '', raw };
  if (NAMED.test(base)) {
    const prefix = (key.meta && base !== 'esc' ? 'alt-' : '') + (key.shift ? 'shift-' : '');
    return { name: prefix + base, text: base === 'space' ? ' ' : '', raw };
  }
  if (key.meta) return { name: `alt-${base}`, text: '', raw };
  const char = text ?? '';
  return isTyped(char) ? { name: char, text: char, raw } : { name: '', text: '', raw };
}

function isTyped(text: string): boolean {
  const code = text.codePointAt(0) ?? 0;
  return code >= 0x20 && code !== 0x7f && !text.startsWith('\x1b');
}
