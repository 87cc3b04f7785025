/** What we ask of a terminal, and the exact reverse. The keeper sends the same `leave` when we were killed. */

const ALTERNATE = '\x1b[?1049h';
const HIDE_CURSOR = '\x1b[?25l';
const NO_WRAP = '\x1b[?7l';
const BRACKETED_PASTE = '\x1b[?2004h';
const MOUSE = '\x1b[?1000h\x1b[?1006h';

export function enterSequence(mouse: boolean): string {
  return ALTERNATE + HIDE_CURSOR + NO_WRAP + BRACKETED_PASTE + (mouse ? MOUSE : '');
}

export function leaveSequence(): string {
  return '\x1b[?2026l\x1b[0m\x1b[?2004l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[?7h\x1b[?25h\x1b[?1049l';
}

/** OSC 52: put text on the clipboard of whoever sits at the terminal. */
export function clipboardSequence(text: string): string {
  return `\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`;
}
