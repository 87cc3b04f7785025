/** What the book keeps of one script, and how lists and verdicts tell it. */
import type { FSWatcher } from 'node:fs';
import type { Verdict } from '../expect/verdict.js';
import { renderFilterError } from '../filter/filter-error.js';
import { compileHold } from '../filter/index.js';
import { safeText } from '../safe-text.js';
import type { Manifest } from './messages.js';
import type { ScriptFeed } from './script-feed.js';
import type { ScriptProcess } from './script-process.js';
import { stampOf } from './script-watch.js';
import type { ScriptRow, ScriptState } from './scripts.js';

type Counted = Pick<ScriptRow, 'asked' | 'answered' | 'passedOn' | 'failed' | 'missed'>;

export interface Entry {
  readonly id: number;
  readonly path: string;
  name: string;
  state: ScriptState;
  why: string;
  program: Uint8Array | null;
  process: ScriptProcess | null;
  /** Of processes that were replaced. */
  before: Counted;
  counters: Readonly<Record<string, number>>;
  readonly expected: Map<string, number>;
  watcher: FSWatcher | null;
  stamp: string;
  feed: ScriptFeed | null;
  reloading: Promise<void> | null;
  errors: Map<string, number>;
  /** Of all its processes: how often a hook threw or gave what is no answer, and what was said first. */
  wrong: { readonly first: string; readonly times: number } | null;
  /** Misses that were said, and when the last were. */
  saidMissed: number;
  saidMissedAt: number;
}

export function newEntry(id: number, path: string, name: string): Entry {
  return {
    id,
    path,
    name,
    state: 'loading',
    why: '',
    program: null,
    process: null,
    before: { asked: 0, answered: 0, passedOn: 0, failed: 0, missed: 0 },
    counters: {},
    expected: new Map(),
    watcher: null,
    stamp: stampOf(path),
    feed: null,
    reloading: null,
    errors: new Map(),
    wrong: null,
    saidMissed: 0,
    saidMissedAt: -Infinity,
  };
}

/** All its processes together. */
export function countsOf({ before, process }: Entry): Counted {
  const now = process?.counts();
  if (!now) return before;
  return {
    asked: before.asked + now.asked,
    answered: before.answered + now.answered,
    passedOn: before.passedOn + now.passedOn,
    failed: before.failed + now.failed,
    missed: before.missed + now.missed,
  };
}

export function rowOf(e: Entry): ScriptRow {
  return {
    id: e.id,
    name: e.name,
    path: e.path,
    state: e.state,
    why: e.why,
    filter: e.process?.manifest?.filter ?? null,
    hooks: e.process?.manifest?.hooks ?? [],
    commands: e.process?.manifest?.commands ?? [],
    ...countsOf(e),
    median: e.process?.median ?? null,
    counters: e.counters,
    pid: e.process?.alive ? (e.process.pid ?? null) : null,
  };
}

/** What did not hold, why it is off or never loaded. One that was switched off by hand is all right. */
export function verdictsOf(e: Entry): Verdict[] {
  const from = 'script' as const;
  const ended = e.state === 'failed' || (e.state === 'off' && e.process === null);
  const own = { from, text: e.name, ok: !ended && !e.wrong, seen: ended ? e.why : endedWith(e.wrong), value: null };
  const expected = [...e.expected].map(([text, times]) => ({
    from,
    text: `${e.name}: ${safeText(text)}`,
    ok: false,
    seen: times === 1 ? 'it failed 1 time' : `it failed ${times} times`,
    value: times,
  }));
  return [own, ...expected];
}

function endedWith(wrong: Entry['wrong']): string {
  if (wrong === null) return 'it ran to the end';
  const first = safeText(wrong.first);
  return wrong.times === 1 ? `it went wrong once: ${first}` : `it went wrong ${wrong.times} times, first: ${first}`;
}

/** Its filter for the engine. @throws Error with the place. */
export function programOf({ filter }: Manifest): Uint8Array | null {
  if (filter === null || filter.trim() === '') return null;
  const compiled = compileHold(filter);
  if (!compiled.ok) throw new Error(`its filter cannot be read: ${renderFilterError(filter, compiled.error)}`);
  return compiled.program;
}

export function sentence(text: string): string {
  const clean = safeText(text);
  return /[.!?]$/.test(clean) ? clean : `${clean}.`;
}
