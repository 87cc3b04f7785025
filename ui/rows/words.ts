/** The short words of tables. */
import type { Action, Fault, FaultKind, RangeMode } from '../../native/session/types.js';

export const KIND_SHORT: Readonly<Record<FaultKind, string>> = { missing: 'miss', wp: 'wp', minor: 'min' };
export const KIND_LONG: Readonly<Record<FaultKind, string>> = {
  missing: 'missing-page fault',
  wp: 'write-protect fault',
  minor: 'minor fault',
};

const ACTION_SHORT: Readonly<Record<Action, string>> = {
  copy: 'copy',
  zero: 'zero',
  continue: 'cont',
  unprotect: 'unprot',
  poison: 'poison',
  wake: 'wake',
  pass: 'pass',
  move: 'move',
};

/** As smaps writes them: m, w, i; a dash where a mode is off. */
export function modeLetters(modes: readonly RangeMode[]): string {
  const letter = (mode: RangeMode, sign: string): string => (modes.includes(mode) ? sign : '-');
  return letter('missing', 'm') + letter('wp', 'w') + letter('minor', 'i');
}

/** What stands in the STATE column: what was done, or what it waits for. */
export function stateWord(fault: Pick<Fault, 'state' | 'action' | 'errno'>): string {
  switch (fault.state) {
    case 'held':
      return 'HELD';
    case 'delayed':
      return 'delay';
    case 'scripted':
      return 'script';
    case 'resolved':
      return fault.action === null ? 'done' : ACTION_SHORT[fault.action];
    case 'failed':
      return 'FAILED';
    default:
      return fault.state;
  }
}
