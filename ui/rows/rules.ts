/** What answers a fault, in the order in which it is asked: the hold, then the default. */
import type { Session, Snapshot } from '../../native/session/types.js';
import type { Paint } from '../screen/paint.js';
import { count } from './format.js';

export interface RuleRow {
  readonly match: string;
  readonly action: string;
  readonly hits: number | null;
}

export function ruleTable(session: Session, snapshot: Snapshot): RuleRow[] {
  const hold: RuleRow[] = snapshot.holdOn
    ? [{ match: snapshot.holdFilter ?? '(everything)', action: 'hold', hits: snapshot.held }]
    : [];
  const { defaultAnswer, sourceText } = session.options;
  const action = defaultAnswer === 'source' ? `copy ${sourceText}` : defaultAnswer;
  return [...hold, { match: '(default)', action, hits: null }];
}

export function ruleRows(
  table: readonly RuleRow[],
  focus: number,
  active: boolean,
  height: number,
  width: number,
  paint: Paint,
): string[] {
  const matchWidth = Math.max(8, width - 24);
  const header = paint
    .line(width)
    .add('  ')
    .column('MATCH', matchWidth, 'label')
    .column('ACTION', 12, 'label')
    .column('HELD', 7, 'label', 'right', 0)
    .end();
  const rows = table.map((rule, i) =>
    paint
      .line(width, i === focus && active ? 'selected' : 'plain')
      .add(i === focus ? `${paint.glyphs.focus} ` : '  ', 'key')
      .column(paint.outside(rule.match), matchWidth)
      .column(paint.outside(rule.action), 12, rule.action === 'hold' ? 'held' : 'plain')
      .column(rule.hits === null ? '' : count(rule.hits), 7, 'plain', 'right', 0)
      .end(),
  );
  return [header, ...rows].slice(0, height);
}
