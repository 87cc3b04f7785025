/** A session as lines on stdout, until somebody ends it: the target, a signal, the reader, the time. */
import { addon } from '../native/addon/load.js';
import type { ObserveAddon } from '../native/addon/observe.js';
import { Judge, RecordStream, type NativeJoin } from '../native/session/index.js';
import { behindText } from '../native/session/behind.js';
import type { SessionRecord } from '../native/session/records.js';
import type { FaultColumns } from '../native/session/types.js';
import type { Context } from './context.js';
import { eventLines, type EventFormat } from './output/event-lines.js';
import { DivergenceWatch } from './output/divergence.js';
import { untilInterrupted } from './output/interrupt.js';
import { restAfter } from './output/pace.js';
import { sayRecorded } from './output/recorded.js';
import type { Metrics } from './metrics.js';
import type { VerdictPlan } from './verdict-flags.js';
import { conclude } from './verdicts.js';

export interface LinesPlan {
  /** null: no lines. */
  readonly format: EventFormat | null;
  readonly filter: string | null;
  readonly duration: number | null;
  readonly verdicts: VerdictPlan;
  readonly metrics?: Metrics;
  /** Sees every record, also those that no line is written of. */
  readonly seen?: (record: SessionRecord) => void;
}

/** Hands everything back before it returns or throws. */
export async function followLines(session: NativeJoin, plan: LinesPlan, context: Context): Promise<void> {
  const { out } = context;
  const { readerGone } = addon<ObserveAddon>();
  using interrupt = untilInterrupted();
  const stream = new RecordStream(session);
  plan.metrics?.show(session, () => stream.lost);
  const judge = new Judge(session, plan.verdicts.expect);
  const { header, line } = eventLines(plan.format ?? 'text');
  for (const note of session.scripts.notes()) context.say(`uffdscope: ${note.text}`);
  session.scripts.onNote((note) => context.say(`uffdscope: ${note.text}`));
  const { wanted, notes } = await faultTest(session, plan.filter);
  const expected = plan.verdicts.expect.flatMap((one) => one.notes);
  const odd = [...session.holdNotes, ...session.ruleNotes, ...notes, ...expected];
  for (const note of odd) context.say(`uffdscope: ${note}`);
  const put = (records: Iterable<SessionRecord>): void => {
    for (const record of records) {
      plan.seen?.(record);
      if (!('seq' in record) || record.type === 'diverge' || wanted(record.seq))
        if (plan.format !== null) out.write(line(record)); // read all the same: what is not taken stays behind
    }
  };
  const diverged = new DivergenceWatch(session, context);
  let reason = 'stopped';
  try {
    out.write(header);
    put(stream.begin());
    if (session.snapshot().stance === 'looking') {
      context.say('uffdscope: looking only; --default, --source, --hold, --rule or --script takes part.');
    }
    const end = endOf(session, plan, interrupt.signal, out.closed);
    let stuck = '';
    while ((reason = end.reason()) === '') {
      if (session.stuck !== stuck && (stuck = session.stuck) !== '') context.say(`uffdscope: ${stuck}`);
      const woke = performance.now();
      put(stream.take());
      judge.look();
      put(diverged.take());
      await out.drain();
      if (readerGone(out.fd)) out.close();
      // What waits is judged by being looked at: an expectation sees it as often as ever.
      const judges = plan.verdicts.expect.length > 0;
      const rest = restAfter(judges ? 0 : performance.now() - woke, stream.unread);
      await pause(Math.min(rest, end.left()), [interrupt.signal, out.closed]);
    }
  } finally {
    const { released, behind } = await session.detach();
    do {
      put(stream.take());
      await out.drain();
    } while (stream.behind && !out.closed.aborted);
    judge.look();
    put(diverged.take());
    put(stream.end(released));
    await out.flush();
    if (behind !== null) context.say(`uffdscope: ${behindText(behind, session.target.pid)}.`);
  }
  sayRecorded(session.recorded, context);
  if (!out.closed.aborted) context.say(`uffdscope: left process ${session.target.pid}, ${reason}.`);
  const { lost } = stream;
  await conclude({ session, judge, lost, textOnStdout: plan.format === 'text' }, plan.verdicts, context);
}

interface End {
  /** '' while it goes on, else why it ends. */
  reason(): string;
  /** ms until its time is over. */
  left(): number;
}

function endOf(session: NativeJoin, plan: LinesPlan, interrupted: AbortSignal, closed: AbortSignal): End {
  const until = plan.duration === null ? Infinity : performance.now() + plan.duration / 1e6;
  const left = (): number => Math.max(0, until - performance.now());
  const reason = (): string => {
    if (interrupted.aborted) return 'as asked by a signal';
    if (closed.aborted) return 'since nobody reads any more';
    if (left() === 0) return 'its time over';
    return session.snapshot().alive ? '' : 'which has ended';
  };
  return { reason, left };
}

interface Wanted {
  wanted(seq: number): boolean;
  readonly notes: readonly string[];
}

async function faultTest(session: NativeJoin, filter: string | null): Promise<Wanted> {
  if (filter === null) return { wanted: () => true, notes: [] };
  const { compileView, toUffdscopeError } = await import('../native/session/filter/index.js');
  const compiled = compileView(filter);
  if (!compiled.ok) throw toUffdscopeError(filter, compiled.error);
  const test: (fault: FaultColumns) => boolean = compiled.test;
  return { wanted: (seq) => session.faults.select(test, seq, seq).length > 0, notes: compiled.notes };
}

function pause(ms: number, signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    for (const signal of signals) signal.addEventListener('abort', wake, { once: true });
  });
}
