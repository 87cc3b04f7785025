/** The Rules pane: one row for each that may answer, and under a rule that is odd the reason. */
import type { Answerer } from '../model/answerers.js';
import { cellWidth, wrapWords } from '../screen/cells.js';
import type { Paint } from '../screen/paint.js';
import type { Role } from '../screen/theme.js';
import { count } from './format.js';

const HITS_CELLS = 8;
const REASON_ROWS = 2;

interface Shown {
  readonly number: string;
  readonly match: string;
  readonly action: string;
  readonly hits: string;
  readonly role: Role;
  readonly odd: string;
}

interface Columns {
  readonly match: number;
  readonly action: number;
  readonly hits: number;
}

/** The header, then the rows of each; columns as wide as what stands in them, the match has the rest. */
export function rulesTable(
  list: readonly Answerer[],
  focus: number,
  active: boolean,
  width: number,
  paint: Paint,
): { header: string; entries: string[][] } {
  const all = list.map(shown);
  const columns = widths(all, width);
  const header = paint
    .line(width)
    .add('  ')
    .column('#', 2, 'label', 'right')
    .column('MATCH', columns.match, 'label')
    .column('ACTION', columns.action, 'label')
    .column('HITS', columns.hits, 'label', 'right', 0)
    .end();
  return { header, entries: all.map((one, i) => rowsOf(one, i === focus, active, columns, width, paint)) };
}

function widths(all: readonly Shown[], width: number): Columns {
  const hits = Math.max(4, ...all.map((one) => one.hits.length));
  const room = Math.max(12, width - 2 - 3 - 2 - hits);
  const widest = Math.max(6, ...all.map((one) => cellWidth(one.action)));
  const match = Math.max(6, ...all.map((one) => cellWidth(one.match)));
  // Where both do not fit, neither has more than its share unless the other leaves it.
  const action = Math.min(widest, Math.max(Math.floor(room * 0.45), room - match));
  return { match: room - action, action, hits };
}

function rowsOf(
  { number, match, action, hits, role, odd }: Shown,
  focused: boolean,
  active: boolean,
  columns: Columns,
  width: number,
  paint: Paint,
): string[] {
  const row = paint
    .line(width, focused && active ? 'selected' : 'plain')
    .add(focused ? paint.glyphs.focus : ' ', 'key')
    .add(odd === '' ? ' ' : '!', 'warn')
    .column(number, 2, 'dim', 'right')
    .column(paint.outside(match), columns.match, role)
    .column(paint.outside(action), columns.action, role !== 'off' && /\bhold\b/.test(action) ? 'held' : role)
    .column(hits, columns.hits, role, 'right', 0)
    .end();
  if (odd === '') return [row];
  const reason = wrapWords(paint.outside(odd.replace(/^it is /, '')), width - 6).slice(0, REASON_ROWS);
  return [row, ...reason.map((text) => paint.line(width).add('     ').add(text, 'warn').end())];
}

function shown(one: Answerer): Shown {
  switch (one.as) {
    case 'hold':
      return { number: '-', match: one.match, action: 'hold', hits: count(one.held), role: 'plain', odd: '' };
    case 'default':
      return { number: '-', match: '(default)', action: one.action, hits: '', role: 'plain', odd: '' };
    case 'rule': {
      const { id, on, matched, acted } = one.rule;
      const both = acted === matched ? count(matched) : `${count(acted)}/${count(matched)}`;
      const hits = on ? (both.length <= HITS_CELLS ? both : count(acted)) : 'off';
      return {
        number: String(id),
        match: one.match,
        action: one.action,
        hits,
        role: on ? 'plain' : 'off',
        odd: one.odd,
      };
    }
  }
}
