/** The first row: who, what, and what waits. Parts give way from the least telling; what is held never does. */
import { basename } from 'node:path';
import type { Session, Snapshot, Stance } from '../../native/session/types.js';
import { cellWidth, cut } from '../screen/cells.js';
import type { Paint } from '../screen/paint.js';
import type { Role } from '../screen/theme.js';
import { OLD_AGE, SLOW_AGE } from './faults.js';
import { age, count, duration, plural, rate, size } from './format.js';
import { sparkline } from './sparkline.js';
import { modeLetters } from './words.js';

export interface HeaderFacts {
  readonly session: Session;
  readonly snapshot: Snapshot;
  readonly perSecond: number;
  readonly history: readonly number[];
  readonly ranges: { readonly count: number; readonly bytes: bigint; readonly modes: string };
}

interface Part {
  readonly text: string;
  readonly role: Role;
  /** Higher gives way first; 0 stays. */
  readonly rank: number;
}

const STANCE: Readonly<Record<Stance, readonly [word: string, role: Role]>> = {
  looking: ['LOOKING', 'ok'],
  arming: ['ARMING', 'warn'],
  armed: ['ARMED', 'held'],
  passing: ['PASSING', 'warn'],
  'taken-back': ['TAKEN BACK', 'alarm'],
  leaving: ['LEAVING', 'warn'],
  left: ['LEFT', 'dim'],
};

export function headerRow(facts: HeaderFacts, width: number, paint: Paint): string {
  let parts = headerParts(facts, paint);
  const used = (): number => parts.reduce((sum, part) => sum + cellWidth(part.text) + 2, 0) - 1;
  while (used() > width - 1) {
    const weakest = parts.reduce((worst, part) => (part.rank > worst.rank ? part : worst));
    if (weakest.rank === 0) break;
    parts = parts.filter((part) => part !== weakest);
  }
  const line = paint.line(width).add(' ');
  parts.forEach((part, i) => line.add(i > 0 ? '  ' : '').add(part.text, part.role));
  return line.end();
}

function headerParts({ session, snapshot: s, perSecond, history, ranges }: HeaderFacts, paint: Paint): Part[] {
  const [stance, stanceRole] = STANCE[s.stance];
  const parts: Part[] = [
    { text: 'uffdscope', role: 'dim', rank: 6 },
    { text: `${paint.outside(session.target.comm)}[${session.target.pid}]`, role: 'strong', rank: 0 },
  ];
  const recorded = session.playback !== undefined;
  if (recorded) parts.push({ text: '[recording]', role: 'badge', rank: 0 });
  if (!s.alive) parts.push({ text: 'TARGET GONE', role: recorded ? 'dim' : 'alarm', rank: 0 });
  parts.push({ text: `uffd ${session.uffd.ino}`, role: 'plain', rank: 5 });
  if (session.userModeOnly) parts.push({ text: 'user-mode faults only', role: 'warn', rank: 2 });
  parts.push(
    { text: ranges.modes, role: 'address', rank: 9 },
    { text: `${plural(ranges.count, 'range')} ${size(ranges.bytes, true)}`, role: 'plain', rank: 8 },
    { text: stance, role: recorded ? 'dim' : stanceRole, rank: recorded ? 6 : 0 },
  );
  if (s.holdOn) parts.push({ text: 'HOLD ON', role: 'held', rank: 1 });
  if (s.oldestHeld !== null) parts.push(heldPart(s.held, s.oldestHeld));
  if (s.stance === 'looking' && s.unread) parts.push({ text: `unread ${count(s.unread)}`, role: 'warn', rank: 1 });
  parts.push({ text: `${rate(perSecond)}/s`, role: 'plain', rank: 3 });
  parts.push({ text: sparkline(history, 8, paint.glyphs.spark), role: 'ok', rank: 7 });
  if (s.latency) parts.push({ text: `p99 ${duration(s.latency.p99, paint.glyphs.micro)}`, role: 'plain', rank: 4 });
  return parts;
}

function heldPart(held: number, oldest: number): Part {
  const role: Role = oldest > OLD_AGE ? 'alarm' : oldest > SLOW_AGE ? 'warn' : 'held';
  return { text: `HELD ${count(held)} oldest ${age(oldest)}`, role, rank: 0 };
}

/** Second row of the wide form; a notice takes its place while it is new. */
export function optionsRow(session: Session, notice: string, theme: string, width: number, paint: Paint): string {
  const { defaultAnswer, maxHold, granularity, sourceText } = session.options;
  const facts = [
    ...(session.playback ? [paint.outside(basename(session.playback.path))] : []),
    `default ${defaultAnswer}`,
    ...(sourceText === '' ? [] : [`source ${paint.outside(sourceText)}`]),
    ...(maxHold === null ? [] : [`max-hold ${age(maxHold * 1e6)}`]),
    ...(granularity > 4096 ? [`granularity ${size(granularity, true)}`] : []),
    ...(session.rules.list().length > 0 ? [`seed ${session.seed}`] : []),
    `theme ${theme}`,
  ].join(paint.own(' · '));
  const line = paint.line(width).add(' ');
  if (notice !== '') return line.add(paint.outside(notice), 'warn').right('esc hides it ', 'dim').end();
  const room = Math.max(10, width - cellWidth(facts) - 4);
  line.add(cut(paint.outside(session.target.cmdline), room, paint.glyphs.ellipsis), 'dim');
  return line.right(`${facts} `, 'dim').end();
}

/** The modes of all ranges together, as `m·w·i`. */
export function allModes(
  ranges: readonly { readonly modes: readonly ('missing' | 'wp' | 'minor')[] }[],
  paint: Paint,
): string {
  const letters = modeLetters([...new Set(ranges.flatMap((range) => range.modes))]);
  return [...letters].filter((letter) => letter !== '-').join(paint.glyphs.dot);
}
