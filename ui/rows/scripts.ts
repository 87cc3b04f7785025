/** The Scripts tab: one row for each script, and under the one in focus what it counted, offers and said last. */
import type { ScriptNote, ScriptRow } from '../../native/session/script/scripts.js';
import { wrapWords } from '../screen/cells.js';
import type { Paint } from '../screen/paint.js';
import type { Role } from '../screen/theme.js';
import { count, duration } from './format.js';

export interface ScriptTable {
  readonly scripts: readonly ScriptRow[];
  readonly focus: number;
  readonly active: boolean;
  /** Of the one in focus, oldest first. */
  readonly notes: readonly ScriptNote[];
}

const WHY_ROWS = 3;
/** Columns from the left behind the name: those of the end go first where it is narrow. */
const COLUMNS = ['state', 'asked', 'p50', 'late', 'answered', 'passed'] as const;
type ColumnName = (typeof COLUMNS)[number];
const CELLS: Readonly<Record<ColumnName, number>> = { state: 7, asked: 7, p50: 6, late: 5, answered: 9, passed: 7 };
const NAME_CELLS = 12;

/** The header, then the rows of each script. `height` rows in all; the focused one takes what the others leave. */
export function scriptsTable(
  table: ScriptTable,
  height: number,
  width: number,
  paint: Paint,
): { header: string; entries: string[][] } {
  const columns = fitting(width);
  const name = Math.max(NAME_CELLS, width - 2 - columns.reduce((sum, one) => sum + CELLS[one] + 1, 0));
  const header = paint.line(width).add('  ').column('NAME', name, 'label');
  for (const one of columns) header.column(one.toUpperCase(), CELLS[one], 'label', one === 'state' ? 'left' : 'right');
  const entries = table.scripts.map((script, i) => {
    const focused = i === table.focus;
    const role: Role = script.state === 'failed' ? 'error' : script.state === 'on' ? 'plain' : 'off';
    const row = paint
      .line(width, focused && table.active ? 'selected' : 'plain')
      .add(focused ? `${paint.glyphs.focus} ` : '  ', 'key')
      .column(paint.outside(script.name), name, role);
    for (const one of columns)
      row.column(cell(script, one, paint), CELLS[one], roleOf(script, one), one === 'state' ? 'left' : 'right');
    const text = paint.outside(script.why);
    const why = focused ? wrapWords(text, width - 4).slice(0, WHY_ROWS) : [text];
    const whyRole = script.state === 'failed' || script.pid === null ? 'error' : 'warn';
    const reason = script.why === '' ? [] : why.map((part) => paint.line(width).add('    ').add(part, whyRole).end());
    return [row.end(), ...reason];
  });
  const own = table.scripts[table.focus];
  const used = 1 + entries.reduce((sum, rows) => sum + rows.length, 0);
  if (own) entries[table.focus]!.push(...below(own, table.notes, Math.max(2, height - used), width, paint));
  return { header: header.end(), entries };
}

/** Everything about one, as lines. */
export function scriptText(script: ScriptRow, notes: readonly ScriptNote[], micro: string): string[] {
  const { name, path, state, why, filter, hooks, commands, counters, pid, median } = script;
  const half = median === null ? '' : ` Half of its answers took less than ${duration(median, micro)}.`;
  return [
    `${name}: ${path}`,
    `${state === 'on' ? `on, process ${pid}` : `${state}. ${why}`}`,
    `asked ${count(script.asked)}, answered ${count(script.answered)}, passed on ${count(script.passedOn)}, late ${count(script.missed)}, failed ${count(script.failed)}.${half}`,
    ...(filter === null ? [] : [`asked about: ${filter}`]),
    ...(hooks.length > 0 ? [`hooks: ${hooks.join(', ')}`] : []),
    ...Object.entries(counters).map(([key, value]) => `counter ${key}: ${count(value)}`),
    ...commands.map((one) => `command :${one.name}${one.about === '' ? '' : `  ${one.about}`}`),
    ...(notes.length > 0 ? ['', ...notes.map(({ text }) => withoutName(text))] : []),
  ];
}

function fitting(width: number): ColumnName[] {
  let room = width - 2 - NAME_CELLS - 1;
  return COLUMNS.filter((one) => (room -= CELLS[one] + 1) >= 0);
}

function cell(script: ScriptRow, column: ColumnName, paint: Paint): string {
  switch (column) {
    case 'state':
      return script.state;
    case 'asked':
      return count(script.asked);
    case 'answered':
      return count(script.answered);
    case 'passed':
      return count(script.passedOn);
    case 'late':
      return count(script.missed);
    case 'p50':
      return script.median === null ? paint.glyphs.dash : duration(script.median, paint.glyphs.micro);
  }
}

function roleOf(script: ScriptRow, column: ColumnName): Role {
  if (column === 'late' && script.missed > 0) return 'warn';
  if (column !== 'state') return 'plain';
  return script.state === 'on' ? 'ok' : script.state === 'failed' ? 'error' : 'warn';
}

function below(script: ScriptRow, notes: readonly ScriptNote[], room: number, width: number, paint: Paint): string[] {
  const line = (label: string, text: string): string =>
    paint.line(width).add('    ').add(label, 'label').add(paint.outside(text)).end();
  const counters = Object.entries(script.counters).map(([key, value]) => `${key} ${count(value)}`);
  const failed = script.failed > 0 ? [`failed ${count(script.failed)}`] : [];
  const facts = [...failed, ...counters];
  const commands = script.commands.map(({ name }) => `:${name}`);
  const rows = [
    ...(facts.length > 0 ? [line('', facts.join('  '))] : []),
    ...(commands.length > 0 ? [line('can ', commands.join(' '))] : []),
  ].slice(0, room);
  const said = notes.slice(rows.length - room || notes.length).map(({ text, kind }) => {
    const role = kind === 'error' ? 'error' : kind === 'log' ? 'plain' : 'dim';
    return paint
      .line(width)
      .add(`  ${paint.ascii ? '|' : '│'} `, 'frame')
      .add(paint.outside(withoutName(text)), role)
      .end();
  });
  return [...rows, ...(room > rows.length ? said : [])];
}

/** The row says already whose words they are. */
function withoutName(text: string): string {
  return text.replace(/^script [\w.-]+: /, '');
}
