/** What is known of one fault, in words. */
import type { Fault, Range } from '../../native/session/types.js';
import type { Paint } from '../screen/paint.js';
import { ageRole } from './faults.js';
import { age, clock, duration, hex, place, plural } from './format.js';
import { KIND_LONG, stateWord } from './words.js';

export interface DetailFacts {
  readonly fault: Fault;
  readonly range: Range | null;
  /** What held it, in words. */
  readonly heldBy: string;
}

/** Three rows where there is room, one where there is not. */
export function faultInfoRows(facts: DetailFacts, rows: number, width: number, paint: Paint): string[] {
  return rows <= 1 ? [shortRow(facts, width, paint)] : longRows(facts, width, paint).slice(0, rows);
}

function shortRow({ fault, range }: DetailFacts, width: number, paint: Paint): string {
  const line = paint
    .line(width)
    .add(' ')
    .add(hex(fault.address), 'address')
    .add(`  ${placed(fault, range, Math.max(16, width - 56), paint)}  `);
  addFate(line, fault, paint);
  return line.end();
}

function longRows({ fault, range, heldBy }: DetailFacts, width: number, paint: Paint): string[] {
  const first = paint
    .line(width)
    .add(` #${fault.seq}`, 'strong')
    .add(`  ${KIND_LONG[fault.kind]}, `)
    .add(fault.access.toUpperCase(), fault.access === 'write' ? 'write' : 'plain')
    .add(`  by ${fault.tid === 0 ? 'an unknown thread' : `thread ${fault.tid}`}`);
  if (fault.comm !== '') first.add(` "${paint.outside(fault.comm)}"`);
  const second = paint
    .line(width)
    .add(' at ')
    .add(hex(fault.address), 'address')
    .add(`  page ${hex(fault.page)}  `)
    .add(placed(fault, range, Math.max(16, width - 55), paint))
    .add(`  seen ${plural(fault.hits, 'time')}`, fault.hits > 2 ? 'warn' : 'dim');
  const third = paint.line(width).add(' ');
  addFate(third, fault, paint);
  if (fault.state === 'held') third.add(`  by ${paint.outside(heldBy)}`, 'dim');
  if (range && range.path !== '') third.add(`  ${paint.outside(range.path)}`, 'dim');
  return [first.end(), second.end(), third.end()];
}

function placed(fault: Fault, range: Range | null, width: number, paint: Paint): string {
  const now = range === null ? 'outside the ranges' : `${range.name}+${hex(fault.page - range.start)}`;
  return place(paint.outside(fault.rangeOffset || now), width, paint.glyphs.ellipsis);
}

function addFate(line: ReturnType<Paint['line']>, fault: Fault, paint: Paint): void {
  const micro = paint.glyphs.micro;
  switch (fault.state) {
    case 'held':
      line.add(`${paint.glyphs.held}HELD`, 'held').add(` for ${age(fault.age)}`, ageRole(fault));
      break;
    case 'resolved':
      line.add(stateWord(fault), 'ok').add(` by ${paint.outside(fault.by ?? '?')}`);
      if (fault.latency !== null) line.add(` after ${duration(fault.latency, micro)}`);
      break;
    case 'failed':
      line.add('FAILED', 'error').add(`: errno ${fault.errno ?? '?'}, it still waits`);
      break;
    case 'gone':
      line.add('gone', 'dim').add(fault.by === null ? '' : ` by ${paint.outside(fault.by)}`, 'dim');
      break;
    default:
      line.add(fault.state, 'held').add(` for ${age(fault.age)}`);
  }
  if (fault.edited) line.add('  bytes edited by hand', 'edited');
  line.add(`  at ${clock(fault.t)}s`, 'dim');
}

/** Other faults of the same page or thread, newest first. */
export function relatedRows(faults: readonly Fault[], width: number, paint: Paint): string[] {
  return faults.map((fault) =>
    paint
      .line(width)
      .add(' ')
      .column(clock(fault.t), 7, 'dim', 'right')
      .column(`#${fault.seq}`, 8, 'plain', 'right')
      .column(fault.tid === 0 ? '?' : String(fault.tid), 7, 'plain', 'right')
      .column(fault.access === 'write' ? 'w' : 'r', 1)
      .column(placed(fault, null, Math.max(8, width - 46), paint), Math.max(8, width - 46))
      .column(stateWord(fault), 7, fault.state === 'held' ? 'held' : 'plain')
      .add(fault.latency === null ? age(fault.age) : duration(fault.latency, paint.glyphs.micro))
      .end(),
  );
}
