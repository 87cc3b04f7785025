/** How a session went, in numbers. */
import { ACTIONS } from './record-layout.js';
import type { SummaryRecord } from './records.js';
import type { NativeJoin } from './session.js';
import type { Action } from './types.js';

export function summaryRecord(session: NativeJoin, t: number): SummaryRecord {
  const n = session.native.snapshot();
  const byAction: Partial<Record<Action, number>> = {};
  n.byAction.forEach((count, i) => {
    const action = ACTIONS[i];
    if (action && count) byAction[action] = count;
  });
  const [p50 = 0, p99 = 0, max = 0] = n.resolved ? session.native.quantiles([0.5, 0.99, 1]) : [];
  return {
    type: 'summary',
    t,
    faults: n.faults,
    resolved: n.resolved,
    failed: n.failed,
    handedBack: n.handedBack,
    byAction,
    latency: n.resolved ? { p50, p99, max } : null,
    seed: session.seed,
    rules: session.rules.list().map(({ id, text, matched, acted }) => ({ id, text, matched, acted })),
  };
}

/** How the target ended, as a shell's $? tells it; null: it lives, or that is not known. Our pidfd knows even after its parent has waited for it. */
export function targetCode(session: NativeJoin): number | null {
  const status = session.native.exitStatus();
  return status < 0 ? null : exitCode(status);
}

/** A wait(2) status as a shell's $? tells it: its exit status, or 128 and the signal that ended it. */
export function exitCode(status: number): number {
  const signal = status & 0x7f;
  return signal === 0 ? (status >> 8) & 0xff : 128 + signal;
}
