/** What a recording says of its session: written as JSON, and not believed when it is read. */
import type { RuleSummary, SummaryRecord } from '../records.js';
import type { Action, How } from '../types.js';

/** In the first block of each file. */
export interface Description {
  readonly schema: 'uffdscope.recording/1';
  readonly version: string;
  /** Wall clock where times count from, ISO 8601. */
  readonly time: string;
  readonly how: How;
  readonly target: { readonly pid: number; readonly comm: string; readonly cmdline: string };
  readonly uffd: { readonly ino: number; readonly fd: number; readonly features: readonly string[] };
  readonly seed: number;
  readonly default: string;
  /** '' where none was named. */
  readonly source: string;
  /** ms, or null. */
  readonly maxHold: number | null;
  readonly granularity: number;
  readonly pages: boolean;
  readonly rules: readonly { readonly id: number; readonly text: string; readonly on: boolean }[];
  /** `script:NAME` in records, by the numbers that stand in the file. */
  readonly scripts: readonly { readonly id: number; readonly name: string }[];
}

/** In the last block, where there is one. */
export interface Ending {
  readonly summary: SummaryRecord;
  readonly released: number;
  readonly restored: number;
  /** The target had ended, and how, where that is known. */
  readonly gone: boolean;
  readonly code: number | null;
}

type Fields = Readonly<Record<string, unknown>>;

const HOWS: readonly How[] = ['observe', 'join', 'plant', 'launch', 'receive'];

/** null: it is no description. What is missing in it counts as unknown. */
export function readDescription(text: string): Description | null {
  const o = object(parse(text));
  if (o === null) return null;
  const target = object(o['target']) ?? {};
  const uffd = object(o['uffd']) ?? {};
  return {
    schema: 'uffdscope.recording/1',
    version: string(o['version']),
    time: string(o['time']),
    how: HOWS.find((how) => how === o['how']) ?? 'join',
    target: { pid: count(target['pid']), comm: string(target['comm']), cmdline: string(target['cmdline']) },
    uffd: { ino: count(uffd['ino']), fd: count(uffd['fd']), features: list(uffd['features']).map(string) },
    seed: count(o['seed']),
    default: string(o['default']),
    source: string(o['source']),
    maxHold: o['maxHold'] === null ? null : time(o['maxHold']),
    granularity: count(o['granularity']),
    pages: o['pages'] === true,
    rules: readRules(o),
    scripts: readScripts(o),
  };
}

export function readRules(o: Fields): Description['rules'] {
  return list(o['rules']).map((each) => {
    const rule = object(each) ?? {};
    return { id: count(rule['id']), text: string(rule['text']), on: rule['on'] !== false };
  });
}

function readScripts(o: Fields): Description['scripts'] {
  return list(o['scripts']).map((each) => {
    const script = object(each) ?? {};
    return { id: count(script['id']), name: string(script['name']) };
  });
}

/** A change of the description: only rules and scripts change. */
export function readChange(text: string): Pick<Description, 'rules' | 'scripts'> | null {
  const o = object(parse(text));
  return o === null ? null : { rules: readRules(o), scripts: readScripts(o) };
}

export function readEnding(text: string): Ending | null {
  const o = object(parse(text));
  const s = object(o?.['summary']);
  if (!o || !s) return null;
  const latency = object(s['latency']);
  const byAction: Partial<Record<Action, number>> = {};
  for (const [action, n] of Object.entries(object(s['byAction']) ?? {})) byAction[action as Action] = count(n);
  return {
    summary: {
      type: 'summary',
      t: count(s['t']),
      faults: count(s['faults']),
      resolved: count(s['resolved']),
      failed: count(s['failed']),
      handedBack: count(s['handedBack']),
      byAction,
      latency: latency && { p50: time(latency['p50']), p99: time(latency['p99']), max: time(latency['max']) },
      seed: count(s['seed']),
      rules: list(s['rules']).map(readRuleSummary),
    },
    released: count(o['released']),
    restored: count(o['restored']),
    gone: o['gone'] === true,
    code: typeof o['code'] === 'number' ? count(o['code']) : null,
  };
}

function readRuleSummary(value: unknown): RuleSummary {
  const o = object(value) ?? {};
  return { id: count(o['id']), text: string(o['text']), matched: count(o['matched']), acted: count(o['acted']) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null; // told as damage by who asked
  }
}

function object(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}
function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
function string(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}
/** A time that may have a fraction. */
function time(value: unknown): number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : 0;
}
