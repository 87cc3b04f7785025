/**
 * How FaultRecord and LogRecord of native/engine/fault_record.h lie in memory, and the names of their enums.
 * A test holds the two sides together.
 */
import type { Access, Action, FaultKind, FaultState, HandlerState, Stance } from './types.js';

export const FAULT_SIZE = 96;
export const FAULT = {
  seq: 0,
  readAt: 8,
  answeredAt: 16,
  dueAt: 24,
  address: 32,
  page: 40,
  bytes: 48,
  pid: 56,
  tid: 60,
  rangeId: 64,
  hits: 68,
  err: 72,
  byId: 76,
  monitor: 80,
  pageShift: 82,
  kind: 83,
  access: 84,
  state: 85,
  action: 86,
  by: 87,
  flags: 88,
} as const;

export const LOG_SIZE = 72;
export const LOG = {
  index: 0,
  t: 8,
  type: 16,
  monitor: 20,
  seq: 24,
  a: 32,
  b: 40,
  c: 48,
  pid: 56,
  byId: 60,
  err: 64,
  action: 68,
  by: 69,
} as const;

export const NO_RANGE = 0xffffffff;
export const FLAG_EDITED = 1;

export const KINDS: readonly FaultKind[] = ['missing', 'wp', 'minor'];
export const ACCESSES: readonly Access[] = ['read', 'write'];
export const STATES: readonly FaultState[] = [
  'unread',
  'read',
  'held',
  'delayed',
  'scripted',
  'resolved',
  'failed',
  'gone',
];
export const ACTIONS: readonly (Action | null)[] = [
  null,
  'copy',
  'zero',
  'continue',
  'unprotect',
  'poison',
  'wake',
  'pass',
  'move',
];
/** By, in the words of the JSON contract; a rule and a script carry a name besides. */
export const BYS: readonly (string | null)[] = [
  null,
  'operator',
  'default',
  'rule',
  'script',
  'handler',
  'keeper',
  'target',
];
/** The rule without a number is a recording that is replayed. */
export function ruleName(id: number): string {
  return id === 0 ? 'replay' : `rule:${id}`;
}

export const STANCES: readonly Stance[] = ['looking', 'arming', 'armed', 'passing', 'taken-back', 'leaving', 'left'];
export const HANDLERS: readonly HandlerState[] = ['unknown', 'living', 'frozen', 'none', 'unfreezable'];

/** LogType */
export const LOG_TYPES = {
  fault: 1,
  resolve: 2,
  faultResolve: 3,
  decide: 4,
  fork: 16,
  remap: 17,
  remove: 18,
  unmap: 19,
  exec: 20,
  exit: 21,
  stance: 32,
  hold: 33,
  ownerGone: 34,
  note: 35,
  tookTurn: 36,
  rangeAdded: 37,
  script: 38,
} as const;
export const DECISIONS = [null, 'hold', 'delay', 'script', 'pass'] as const;

/** A 64-bit field as a double: exact below 2^53, which holds for times, counts and user addresses. */
export function u64(words: Uint32Array, index: number): number {
  return words[index]! + words[index + 1]! * 0x1_0000_0000;
}
