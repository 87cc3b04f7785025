/** The decisions of a recording as the engine takes them: range, place in it, which fault of the page; what it got, when. */
import { UffdscopeError } from '../errors.js';
import type { LogEntry } from '../log-reader.js';
import { ACTIONS, FAULT, KINDS, LOG_TYPES, NO_RANGE } from '../record-layout.js';
import { byName, type RecordView } from '../record-view.js';
import { safeText } from '../safe-text.js';
import type { Action, Range } from '../types.js';
import type { Recording } from './recording.js';

/** What NativeSession.setReplay takes: nine numbers a step (addon/session_replay.cc). */
export interface ReplayPlan {
  readonly ranges: readonly string[];
  readonly steps: Float64Array;
  readonly bytes: readonly Uint8Array[];
  readonly count: number;
}

/** RuleAction of engine/rules/rule.h. */
const RULE_ACTIONS: Readonly<Record<Exclude<Action, 'move'>, number>> = {
  zero: 1,
  copy: 2,
  continue: 3,
  unprotect: 4,
  poison: 6,
  wake: 7,
  pass: 8,
};
const BY_DEFAULT = 0;
/** They made no decision that could be made again: a signal, a keeper that handed back. */
const NOBODYS = new Set(['target', 'keeper']);
const FIELDS = 9;
/** A day, as of a rule's `delay`. ns. */
const MOST_DELAY = 86_400e9;
/** Half of it takes about 10 s and 1 GiB to prepare, and a Map ends at 16.7 M. */
const MOST_STEPS = 4_000_000;

/** What one fault was answered with, from this address on. */
interface Answer {
  readonly address: number;
  readonly bytes: Uint8Array;
}

interface Step {
  readonly seq: number;
  readonly range: number;
  readonly offset: number;
  /** Of its range, when it came. */
  readonly start: number;
  readonly end: number;
  readonly pageSize: number;
  readonly hits: number;
  readonly kind: number;
  readonly readAt: number;
  waited: boolean;
  action: Action | null;
  by: string | null;
  answeredAt: number;
  bytes: number;
}

/** @throws UffdscopeError RECORDING: it holds no decision, or one that cannot be made again from what it holds. */
export function replayPlan(recording: Recording, most = MOST_STEPS): ReplayPlan {
  const reader = new DecisionReader();
  const bytes = new Map<number, Answer>();
  for (const item of recording.items()) {
    if (item.is === 'fault') reader.fault(item.view, item.answered);
    else if (item.is === 'range') reader.range(item.range);
    else if (item.is === 'page') bytes.set(item.seq, { address: item.address, bytes: Uint8Array.from(item.bytes) });
    else if (item.is === 'log' && item.entry.type === LOG_TYPES.resolve && item.entry.err === 0)
      reader.resolved(item.entry);
    if (reader.steps.length > most)
      throw cannot(
        recording,
        `holds more than ${most.toLocaleString('en')} decisions, which is more than can be replayed`,
        'Record a shorter run.',
      );
  }
  const steps = inOrder(reader.steps);
  if (steps.length === 0) throw cannot(recording, 'holds no decision that could be made again');
  const numbers = new Float64Array(steps.length * FIELDS);
  const kept: Uint8Array[] = [];
  steps.forEach((step, i) => {
    const own = step.action === 'copy' ? bytes.get(step.seq) : undefined;
    let action = RULE_ACTIONS[step.action as keyof typeof RULE_ACTIONS];
    if (step.action === 'copy' && own === undefined) {
      if (step.by !== 'default')
        throw cannot(
          recording,
          `does not hold the bytes that fault ${step.seq} was answered with`,
          'Record with --record-pages.',
        );
      action = BY_DEFAULT; // its source is named again
    }
    if (own && !coversPage(own, step))
      throw cannot(recording, `does not hold whole pages of what fault ${step.seq} was answered with`);
    const delay = step.waited ? Math.min(MOST_DELAY, Math.max(0, step.answeredAt - step.readAt)) : 0;
    const begins = own ? own.address - step.start : 0;
    const [from, to] = span(step, recording.description.granularity, own);
    const { range, offset, kind } = step;
    const at = own ? kept.push(own.bytes) - 1 : -1;
    numbers.set([range, offset, kind, action, delay, at, Math.max(0, begins), from, to], i * FIELDS);
  });
  return { ranges: reader.names, steps: numbers, bytes: kept, count: steps.length };
}

class DecisionReader {
  readonly steps: Step[] = [];
  readonly names: string[] = [];
  readonly #ids = new Map<string, number>();
  readonly #ranges = new Map<number, Range>();
  readonly #waiting = new Map<number, Step>();

  range(range: Range): void {
    this.#ranges.set(range.id, range);
  }

  fault(v: RecordView, answered: boolean): void {
    const id = v.u32(FAULT.rangeId);
    const range = id === NO_RANGE ? undefined : this.#ranges.get(id);
    const seq = v.u64(FAULT.seq);
    if (!range || this.#waiting.has(seq)) return;
    const start = Number(range.start);
    const step: Step = {
      seq,
      range: this.#number(range.name),
      offset: v.u64(FAULT.page) - start,
      start,
      end: Number(range.end),
      pageSize: 2 ** v.u8(FAULT.pageShift),
      hits: v.u32(FAULT.hits),
      kind: v.u8(FAULT.kind),
      readAt: v.u64(FAULT.readAt),
      waited: !answered,
      action: answered ? (ACTIONS[v.u8(FAULT.action)] ?? null) : null,
      by: answered ? byName(v) : null,
      answeredAt: v.u64(FAULT.answeredAt),
      bytes: v.u64(FAULT.bytes),
    };
    if (step.offset < 0 || step.kind >= KINDS.length) return;
    this.steps.push(step);
    if (!answered) this.#waiting.set(seq, step);
  }

  resolved({ seq, action, by, a: bytes, c: answeredAt }: LogEntry): void {
    const step = this.#waiting.get(seq);
    if (!step) return;
    this.#waiting.delete(seq);
    // A handler answered it in its turn, or beside us: it had been passed to it.
    step.action = by === 'handler' ? 'pass' : action;
    step.by = by;
    step.answeredAt = answeredAt;
    step.bytes = bytes;
    if (step.action === 'pass') step.waited = false;
  }

  #number(name: string): number {
    let id = this.#ids.get(name);
    if (id === undefined) {
      id = this.names.push(name) - 1;
      this.#ids.set(name, id);
    }
    return id;
  }
}

function coversPage({ address, bytes }: Answer, { start, offset, pageSize }: Step): boolean {
  const page = start + offset;
  return address % pageSize === 0 && address <= page && address + bytes.length >= page + pageSize;
}

/**
 * Where what was answered began and ended in its range. Blocks are cut by address, and a new run has others.
 */
function span(step: Step, granularity: number, own: Answer | undefined): readonly [number, number] {
  const { offset, start, end, bytes, pageSize } = step;
  if (own) return [Math.max(0, own.address - start), own.address - start + own.bytes.length];
  if (bytes === 0) return [0, 0];
  const page = start + offset;
  const block = Math.max(granularity, pageSize);
  const from = page - (page % block);
  return [Math.max(from, start) - start, Math.max(0, Math.min(from + block, end) - start)];
}

/** Of each page one step for each time that it faulted. Threads that faulted together count as one. */
function inOrder(all: readonly Step[]): Step[] {
  const seen = new Map<string, Step>();
  for (const step of all) {
    if (step.action === null || step.action === 'move' || NOBODYS.has(step.by ?? '')) continue;
    const key = `${step.range}/${step.offset}/${step.hits}`;
    const before = seen.get(key);
    if (before === undefined || (before.action === 'wake' && before.by === 'default')) seen.set(key, step);
  }
  return [...seen.values()].toSorted((a, b) => a.range - b.range || a.offset - b.offset || a.hits - b.hits);
}

function cannot(recording: Recording, why: string, hint = ''): UffdscopeError {
  return new UffdscopeError('RECORDING', `${safeText(recording.path)} ${why}.`, hint);
}
