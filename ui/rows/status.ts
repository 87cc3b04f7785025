/** The row above the hints: where the list stands, what is set, and the last thing that was said. */
import type { Paint } from '../screen/paint.js';
import type { Role } from '../screen/theme.js';
import type { Message } from '../model/toasts.js';
import { count, size } from './format.js';

export interface StatusFacts {
  /** 1-based, or 0 in an empty list. */
  readonly row: number;
  readonly length: number;
  readonly hold: string | null;
  readonly filter: string | null;
  readonly rec: { readonly name: string; readonly bytes: number; readonly error: string | null } | null;
  /** How many are on, and how many failed or were switched off; null: there is none. */
  readonly scripts: { readonly on: number; readonly off: number } | null;
  readonly marked: number;
  readonly follow: boolean;
  readonly frozen: boolean;
  readonly markedOnly: boolean;
}

const ROLES: Readonly<Record<Message['kind'], Role>> = { info: 'strong', ok: 'ok', warn: 'warn', error: 'error' };

export function statusRow(facts: StatusFacts, message: Message | null, width: number, paint: Paint): string {
  const line = paint.line(width).add(' ');
  if (message !== null) return line.add(paint.outside(message.text), ROLES[message.kind]).end();
  const dash = paint.glyphs.dash;
  line.add(`[${count(facts.row)}/${count(facts.length)}]`, 'dim');
  line
    .add(' [i: ', 'dim')
    .add(facts.hold === null ? dash : paint.outside(facts.hold), facts.hold === null ? 'dim' : 'held')
    .add(']', 'dim');
  line
    .add(' [f: ', 'dim')
    .add(facts.filter === null ? dash : paint.outside(facts.filter), facts.filter === null ? 'dim' : 'match')
    .add(']', 'dim');
  if (facts.scripts !== null) {
    const { on, off } = facts.scripts;
    line.add(' [scripts: ', 'dim').add(String(on), on > 0 ? 'ok' : 'off');
    if (off > 0) line.add(`, ${off} off`, 'warn');
    line.add(']', 'dim');
  }
  if (facts.rec !== null) {
    const { name, bytes, error } = facts.rec;
    const state = error === null ? size(bytes, true) : `stopped by ${error}`;
    line
      .add(' [rec: ', 'dim')
      .add(`${paint.outside(name)} ${state}`, error === null ? 'ok' : 'error')
      .add(']', 'dim');
  }
  if (facts.marked > 0) line.add(` [${count(facts.marked)} marked]`, 'marked');
  if (facts.markedOnly) line.add(' only marked', 'marked');
  if (facts.frozen) line.add(' FROZEN (p goes on)', 'alarm');
  else if (facts.follow) line.add(' following', 'ok');
  return line.right('? help  : command ', 'dim').end();
}
