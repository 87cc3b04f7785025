/** How far a new run has followed a recording. */
import type { NativeJoin } from '../session.js';
import type { DivergeRecord } from '../records.js';

const REASONS = [
  '',
  'no range of this name was recorded',
  'this page never faulted in the recording',
  'this page faulted less often in the recording',
  'the recorded fault was of another kind',
] as const;

/** The first fault that was not as recorded, or null so far. */
export function firstDivergence(session: NativeJoin): DivergeRecord | null {
  const state = session.native.replayState();
  if (state === null || state.first === 0) return null;
  const fault = session.faults.row(state.first);
  return {
    type: 'diverge',
    t: fault?.t ?? session.snapshot().now,
    seq: state.first,
    address: fault ? Number(fault.address) : null,
    range: fault?.rangeOffset || null,
    reason: REASONS[state.why] ?? '',
  };
}
