/** Verbs that would be refused, with the reason: read before they are tried. */
import type { Paint } from '../screen/paint.js';

export interface Greyed {
  readonly key: string;
  readonly title: string;
  readonly ok: boolean;
  readonly reason: string;
}

export function greyedRow(verbs: readonly Greyed[], width: number, paint: Paint): string {
  const byReason = new Map<string, string[]>();
  for (const { ok, key, title, reason } of verbs) {
    if (!ok) byReason.set(reason, [...(byReason.get(reason) ?? []), `${key} ${paint.own(title)}`]);
  }
  const line = paint.line(width).add(' ');
  for (const [reason, names] of byReason) line.add(`(${names.join(', ')}: ${paint.outside(reason)})  `, 'off');
  return line.end();
}
