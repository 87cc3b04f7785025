/** What happened to the target, newest first; and the log of what was done here. */
import type { TargetEvent } from '../../native/session/types.js';
import type { Paint } from '../screen/paint.js';
import type { Role } from '../screen/theme.js';
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

/** `events` newest first; the first is at the top of the pane. */
export function eventRows(
  events: readonly TargetEvent[],
  focus: number,
  active: boolean,
  height: number,
  width: number,
  paint: Paint,
): string[] {
  if (events.length === 0) return [paint.line(width).add('  nothing yet', 'dim').end()];
  return events.slice(0, height).map((event, i) =>
    paint
      .line(width, i === focus && active ? 'selected' : 'plain')
      .add(i === focus ? paint.glyphs.focus : ' ', 'key')
      .column(clock(event.t), 7, 'dim', 'right')
      .column(event.type.toUpperCase(), 8, EVENT_ROLE[event.type] ?? 'strong')
      .add(paint.outside(event.detail))
      .end(),
  );
}

export interface LogLine {
  readonly at: number;
  readonly ok: boolean;
  readonly text: string;
}

export function logRows(lines: readonly LogLine[], height: number, width: number, paint: Paint): string[] {
  if (lines.length === 0) return [paint.line(width).add('  nothing done yet', 'dim').end()];
  return lines.slice(0, height).map((line) =>
    paint
      .line(width)
      .add(' ')
      .column(clock(line.at), 7, 'dim', 'right')
      .add(paint.outside(line.text), line.ok ? 'plain' : 'error')
      .end(),
  );
}
