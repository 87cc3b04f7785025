/** Verbs that would be refused, with the reason: read before they are tried. */
import { wrapWords } from '../screen/cells.js';
import type { Paint } from '../screen/paint.js';

export interface Greyed {
  readonly key: string;
  readonly title: string;
  readonly ok: boolean;
  readonly reason: string;
}

/** One line a reason, broken at blanks: a reason that is cut off is none. */
export function greyedRows(verbs: readonly Greyed[], width: number, paint: Paint): string[] {
  const byReason = new Map<string, string[]>();
  for (const { ok, key, title, reason } of verbs) {
    if (!ok) byReason.set(reason, [...(byReason.get(reason) ?? []), `${key} ${paint.own(title)}`]);
  }
  return [...byReason].flatMap(([reason, names]) =>
    wrapWords(`(${names.join(', ')}: ${paint.outside(reason)})`, width - 4).map((text, i) =>
      paint
        .line(width)
        .add(i === 0 ? ' ' : '   ')
        .add(text, 'off')
        .end(),
    ),
  );
}
