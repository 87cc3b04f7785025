/**
 * A recording in the JSON trace format of Chrome and Perfetto: threads are tracks, faults are spans from their reading to
 * their answer, everything else is an instant. Times are microseconds.
 */
import { safeText } from '../safe-text.js';
import type { FaultLine, ResolveRecord, SessionRecord } from '../records.js';
import type { FileRecords } from './file-records.js';
import type { Recording } from './recording.js';

/** One that never was answered ends where the recording does. */
export function* perfettoTrace(recording: Recording, records: FileRecords): Generator<string> {
  const { target, time, seed } = recording.description;
  const open = new Map<number, FaultLine>();
  const busyUntil = new Map<string, number>();
  const named = new Set<string>();
  let last = 0;
  let first = true;
  const put = (event: object): string => {
    const text = `${first ? '' : ',\n'}${JSON.stringify(event)}`;
    first = false;
    return text;
  };

  yield `{"displayTimeUnit":"ns","otherData":${JSON.stringify({ begin: safeText(time), seed })},"traceEvents":[\n`;
  yield put(processName(target.pid, target.comm));
  for (const record of records.all()) {
    last = Math.max(last, record.t);
    if (record.type === 'fault') {
      open.set(record.seq, record);
      const track = `${record.pid ?? 0}/${record.tid ?? 0}`;
      if (!named.has(track)) {
        named.add(track);
        yield put(threadName(record, records.comm(record.pid ?? 0, record.tid ?? 0)));
      }
    } else if (record.type === 'resolve') {
      const fault = open.get(record.seq);
      if (fault === undefined || (record.errno !== null && record.answeredAt === null)) continue;
      open.delete(record.seq);
      for (const event of span(fault, record, record.answeredAt ?? record.t, busyUntil)) yield put(event);
    } else {
      const event = instant(record, target.pid);
      if (event !== null) yield put(event);
    }
  }
  for (const fault of open.values()) for (const event of span(fault, null, last, busyUntil)) yield put(event);
  yield '\n]}\n';
}

const us = (ns: number): number => ns / 1000;
const hex = (n: number): string => `0x${n.toString(16)}`;

function span(
  fault: FaultLine,
  answer: ResolveRecord | null,
  end: number,
  busyUntil: Map<string, number>,
): readonly object[] {
  const [pid, tid] = [fault.pid ?? 0, fault.tid ?? 0];
  const track = `${pid}/${tid}`;
  const begin = Math.max(0, fault.t);
  const args = {
    seq: fault.seq,
    kind: fault.kind,
    access: fault.access,
    address: hex(fault.address),
    range: fault.range === null ? null : safeText(fault.range),
    action: answer?.action ?? null,
    by: answer === null ? null : safeText(answer.by),
    errno: answer?.errno ?? null,
  };
  const name = answer === null ? `${fault.kind} (waits)` : `${fault.kind} → ${answer.action}`;
  const common = { name, cat: 'fault', pid, tid };
  // Spans of one track must nest. A thread has one fault at a time, unless its number is not known.
  if (tid === 0 || begin < (busyUntil.get(track) ?? 0)) {
    const id = String(fault.seq);
    return [
      { ...common, ph: 'b', id, ts: us(begin), args },
      { ...common, ph: 'e', id, ts: us(Math.max(begin, end)) },
    ];
  }
  busyUntil.set(track, end);
  return [{ ...common, ph: 'X', ts: us(begin), dur: us(Math.max(0, end - begin)), args }];
}

function instant(record: SessionRecord, target: number): object | null {
  const { type, t } = record;
  if (type === 'summary' || type === 'detach' || type === 'decide') return null;
  const { type: _, t: __, ...fields } = record;
  const args = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, argument(key, value)]));
  const pid = ('pid' in record ? record.pid : null) ?? target;
  return { name: type, cat: 'event', ph: 'i', s: 'p', pid, tid: pid, ts: us(Math.max(0, t)), args };
}

/** What is an address in every record that has it. */
const ADDRESSES = new Set(['address', 'start', 'end', 'from', 'to']);

function argument(key: string, value: unknown): unknown {
  if (typeof value === 'string') return safeText(value);
  return typeof value === 'number' && ADDRESSES.has(key) ? hex(value) : value;
}

function processName(pid: number, comm: string): object {
  return { name: 'process_name', ph: 'M', pid, tid: pid, args: { name: safeText(comm) } };
}

function threadName(fault: FaultLine, comm: string): object {
  const { pid, tid } = fault;
  const name = tid === null ? 'threads not known' : comm === '' ? `thread ${tid}` : `${safeText(comm)} ${tid}`;
  return { name: 'thread_name', ph: 'M', pid: pid ?? 0, tid: tid ?? 0, args: { name } };
}
