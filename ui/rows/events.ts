/** What happened to the target, newest first; and the log of what was done here. */
import type { TargetEvent } from '../../native/session/types.js';
import type { Paint } from '../screen/paint.js';
import type { Role } from '../screen/theme.js';
import { wrapWords } from '../screen/cells.js';
import { clock } from './format.js';

const EVENT_ROLE: Partial<Record<TargetEvent['type'], Role>> = {
  remap: 'warn',
  remove: 'warn',
  unmap: 'warn',
  fork: 'minor',
  exec: 'alarm',
  exit: 'alarm',
  lost: 'alarm',
};

/** The rows of one event: addresses are read whole, so what does not fit goes on below. */
export function eventRows(event: TargetEvent, look: LineLook, width: number, paint: Paint): string[] {
  const head = { text: event.type.toUpperCase(), width: 8, role: EVENT_ROLE[event.type] ?? 'strong' } as const;
  return timedRows(event.t, head, event.detail, 'plain', look, width, paint);
}

export interface LineLook {
  readonly focused: boolean;
  /** The pane has the keys. */
  readonly active: boolean;
}

const HANGING = 4;

function timedRows(
  t: number,
  head: { readonly text: string; readonly width: number; readonly role: Role } | null,
  text: string,
  role: Role,
  { focused, active }: LineLook,
  width: number,
  paint: Paint,
): string[] {
  const base = focused && active ? 'selected' : 'plain';
  const first = paint
    .line(width, base)
    .add(focused ? paint.glyphs.focus : ' ', 'key')
    .column(clock(t), 7, 'dim', 'right');
  if (head) first.column(head.text, head.width, head.role);
  const [start = '', ...words] = wrapWords(paint.outside(text), first.room);
  const rest = words.length === 0 ? [] : wrapWords(words.join(' '), width - HANGING);
  const below = rest.map((row) => paint.line(width, base).add(' '.repeat(HANGING)).add(row, role).end());
  return [first.add(start, role).end(), ...below];
}

export interface LogLine {
  readonly at: number;
  readonly ok: boolean;
  readonly text: string;
}

export function logRows(line: LogLine, look: LineLook, width: number, paint: Paint): string[] {
  return timedRows(line.at, null, line.text, line.ok ? 'plain' : 'error', look, width, paint);
}
