/** What a session tells a monitoring system. Names after the Prometheus conventions: base units, _total for counters. */
import type { NativeLatency, NativeStatistics } from '../../addon/session-binding.js';
import { ACCESSES, ACTIONS, BYS, KINDS } from '../record-layout.js';
import { safeText } from '../safe-text.js';
import type { NativeJoin } from '../session.js';
import { version } from '../version.js';
import type { Distribution, Family, Labels, Sample } from './exposition.js';

/** ns; a page fault is answered in microseconds, a slow one in seconds. */
const BOUNDS: readonly number[] = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9].flatMap((from) => [from, 2.5 * from, 5 * from]);

/** `lost`: log records that a reader came too late for, so far. */
export async function families(session: NativeJoin, lost: number): Promise<Family[]> {
  const n = session.native.snapshot();
  const s = await session.native.statistics(0, BOUNDS);
  const { target, uffd, how } = session;
  const rules = session.rules.list();
  const byRule = (value: (rule: (typeof rules)[number]) => number): Sample[] =>
    rules.map((rule) => ({ labels: { rule: rule.id, text: safeText(rule.text) }, value: value(rule) }));
  return [
    one('uffdscope_build', 'info', 'Which uffdscope this is.', 1, { version }),
    one('uffdscope_target', 'info', 'What it takes part in.', 1, {
      pid: target.pid,
      comm: safeText(target.comm),
      ino: uffd.ino,
      how,
    }),
    { name: 'uffdscope_faults', type: 'counter', help: 'Faults read.', samples: faultSamples(s) },
    { name: 'uffdscope_answers', type: 'counter', help: 'Faults answered.', samples: answerSamples(s) },
    {
      name: 'uffdscope_fault_latency_seconds',
      type: 'histogram',
      help: 'Time from reading a fault to its answer.',
      distributions: s.latencies.map((latency) =>
        distribution(latency, { kind: KINDS[latency.kind]!, action: ACTIONS[latency.action]! }),
      ),
    },
    one('uffdscope_held', 'gauge', 'Faults that wait for an answer and have no time set.', n.held),
    one('uffdscope_delayed', 'gauge', 'Faults that will be answered at a time that is set.', n.delayed),
    one(
      'uffdscope_oldest_held_seconds',
      'gauge',
      'Age of the oldest fault that is held, 0 where none is.',
      n.oldestHeldAt === 0 ? 0 : Math.max(0, n.now - n.oldestHeldAt) / 1e9,
    ),
    one('uffdscope_armed', 'gauge', '1 while faults are read by uffdscope, else 0.', n.stance === ARMED ? 1 : 0),
    one('uffdscope_up', 'gauge', '1 while the target lives, else 0.', n.targetGone === 0 ? 1 : 0),
    one('uffdscope_failed_answers', 'counter', 'Answers that the kernel refused, or that had no bytes.', n.failed),
    one('uffdscope_handed_back', 'counter', 'Faults woken without an answer, for their handler.', n.handedBack),
    one('uffdscope_ended', 'counter', 'Faults that went without an answer of ours.', n.ended),
    one('uffdscope_races', 'counter', 'Answers that found the page there already.', n.races),
    one('uffdscope_retries', 'counter', 'Answers that had to wait for an event to be read (EAGAIN).', n.eagain),
    one('uffdscope_lost_records', 'counter', 'Log records overwritten before they were read.', lost),
    {
      name: 'uffdscope_rule_matched',
      type: 'counter',
      help: 'Faults that the filter of a rule took.',
      samples: byRule(({ matched }) => matched),
    },
    {
      name: 'uffdscope_rule_acted',
      type: 'counter',
      help: 'Faults that a rule did something to.',
      samples: byRule(({ acted }) => acted),
    },
  ];
}

/** Stance of native/engine/monitor.h. */
const ARMED = 2;

function one(
  name: string,
  type: 'counter' | 'gauge' | 'info',
  help: string,
  value: number,
  labels: Labels = {},
): Family {
  return { name, type, help, samples: [{ labels, value }] };
}

/** Every kind and access, also those that never came: a counter that appears late has no rate at first. */
function faultSamples({ faults }: NativeStatistics): Sample[] {
  return faults.map((value, i) => ({
    labels: { kind: KINDS[Math.floor(i / 2)]!, access: ACCESSES[i % 2]! },
    value,
  }));
}

function answerSamples({ answers }: NativeStatistics): Sample[] {
  return answers.flatMap((value, i) => {
    const [action, by] = [ACTIONS[Math.floor(i / 8)], BYS[i % 8]];
    return value > 0 && action && by ? [{ labels: { action, by }, value }] : [];
  });
}

function distribution({ buckets, count, sum }: NativeLatency, labels: Labels): Distribution {
  return {
    labels,
    buckets: BOUNDS.map((ns, i) => ({ le: ns / 1e9, count: Math.min(buckets[i]!, count) })),
    count,
    sum: sum / 1e9,
  };
}
