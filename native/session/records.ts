/**
 * What happened, as the lines of `trace/1` (docs/reference/json.md): one record, one line. Addresses are numbers here
 * (exact below 2^53) and hex strings in JSON; `t` and every time is ns since the first record; unknown is null.
 */
import type { Access, Action, FaultKind, How, RangeMode } from './types.js';

export interface AttachRecord {
  readonly type: 'attach';
  readonly t: 0;
  /** Wall clock, ISO 8601. */
  readonly time: string;
  readonly pid: number;
  readonly how: How;
  readonly ino: number;
  readonly version: string;
  readonly seed: number;
}

export interface RegisterRecord {
  readonly type: 'register';
  readonly t: number;
  readonly pid: number;
  readonly start: number;
  readonly end: number;
  readonly modes: readonly RangeMode[];
  readonly name: string;
}

export interface FaultLine {
  readonly type: 'fault';
  readonly t: number;
  readonly seq: number;
  /** null: of a forked child whose number is not known. */
  readonly pid: number | null;
  readonly tid: number | null;
  readonly kind: FaultKind;
  readonly access: Access;
  readonly address: number;
  readonly page: number;
  readonly pageSize: number;
  /** `name+0xOFF`, null outside every known range. */
  readonly range: string | null;
}

export interface ResolveRecord {
  readonly type: 'resolve';
  readonly t: number;
  readonly seq: number;
  readonly action: Action;
  readonly bytes: number;
  readonly latency: number | null;
  readonly by: string;
  /** The kernel's errno name where it refused, else null. */
  readonly errno: string | null;
  readonly readAt: number | null;
  readonly answeredAt: number | null;
  readonly resumedAt: number | null;
}

export interface DecideRecord {
  readonly type: 'decide';
  readonly t: number;
  readonly seq: number;
  readonly action: 'hold' | 'delay' | 'script' | 'pass';
  readonly by: string;
  readonly until: number | null;
}

/** `pid` null: of a forked child whose number is not known. */
export type TargetRecord = { readonly t: number; readonly pid: number | null } & (
  | { readonly type: 'fork'; readonly child: number | null }
  | { readonly type: 'exec' }
  /** As `$?` of a shell: the exit status, or 128 and the signal. */
  | { readonly type: 'exit'; readonly code: number | null }
  | { readonly type: 'remap'; readonly from: number; readonly to: number; readonly length: number }
  | { readonly type: 'remove' | 'unmap'; readonly start: number; readonly end: number }
);

export interface LostRecord {
  readonly type: 'lost';
  readonly t: number;
  readonly count: number;
}

export interface SkippedRecord {
  readonly type: 'skipped';
  readonly t: number;
  readonly pages: number;
  readonly reason: string;
}

/** Something a person should know (a handler that died, a keeper that took over); additive to the contract. */
export interface NoteRecord {
  readonly type: 'note';
  readonly t: number;
  readonly text: string;
}

/** A rule and what it counted; additive to the contract. */
export interface RuleSummary {
  readonly id: number;
  readonly text: string;
  /** Faults its filter took. */
  readonly matched: number;
  /** Faults it did something to. */
  readonly acted: number;
}

export interface SummaryRecord {
  readonly type: 'summary';
  readonly t: number;
  readonly faults: number;
  readonly resolved: number;
  readonly failed: number;
  readonly handedBack: number;
  readonly byAction: Readonly<Partial<Record<Action, number>>>;
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number } | null;
  readonly seed: number;
  readonly rules: readonly RuleSummary[];
}

export interface DetachRecord {
  readonly type: 'detach';
  readonly t: number;
  readonly pid: number;
  readonly released: number;
  readonly restored: number;
}

/** In a replay, the first fault that was not as recorded; additive to the contract. */
export interface DivergeRecord {
  readonly type: 'diverge';
  readonly t: number;
  readonly seq: number;
  readonly address: number | null;
  readonly range: string | null;
  readonly reason: string;
}

export type SessionRecord =
  | AttachRecord
  | RegisterRecord
  | FaultLine
  | ResolveRecord
  | DecideRecord
  | TargetRecord
  | LostRecord
  | SkippedRecord
  | NoteRecord
  | DivergeRecord
  | SummaryRecord
  | DetachRecord;
