/** The Rules pane: one row for each that may answer, and under a rule that is odd the reason. */
import type { Answerer } from '../model/answerers.js';
import { wrapWords } from '../screen/cells.js';
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

export function rulesHeader(width: number, paint: Paint): string {
  const [match, action] = columns(width);
  return paint
    .line(width)
    .add('  ')
    .column('#', 2, 'label', 'right')
    .column('MATCH', match, 'label')
    .column('ACTION', action, 'label')
    .column('HITS', HITS_CELLS, 'label', 'right', 0)
    .end();
}

export function answererRows(one: Answerer, focused: boolean, active: boolean, width: number, paint: Paint): string[] {
  const { number, match, action, hits, role, odd } = shown(one);
  const [matchCells, actionCells] = columns(width);
  const row = paint
    .line(width, focused && active ? 'selected' : 'plain')
    .add(focused ? paint.glyphs.focus : ' ', 'key')
    .add(odd === '' ? ' ' : '!', 'warn')
    .column(number, 2, 'dim', 'right')
    .column(paint.outside(match), matchCells, role)
    .column(paint.outside(action), actionCells, role === 'off' ? 'off' : action.includes('hold') ? 'held' : role)
    .column(hits, HITS_CELLS, role, 'right', 0)
    .end();
  if (odd === '') return [row];
  const reason = wrapWords(paint.outside(odd.replace(/^it is /, '')), width - 6).slice(0, REASON_ROWS);
  return [row, ...reason.map((text) => paint.line(width).add('     ').add(text, 'warn').end())];
}

function shown(one: Answerer): Shown {
  switch (one.as) {
    case 'hold':
      return { number: '-', match: one.match, action: 'hold', hits: `${count(one.held)} held`, role: 'plain', odd: '' };
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

function columns(width: number): [match: number, action: number] {
  const room = Math.max(12, width - 2 - 3 - 2 - HITS_CELLS);
  const action = Math.max(10, Math.min(40, Math.floor(room * 0.45)));
  return [Math.max(6, room - action), action];
}
