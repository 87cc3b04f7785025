/** What happened to target and session, for people: one line each, newest last. */
import { LogReader, type LogEntry } from './log-reader.js';
import { HANDLERS, LOG_TYPES, STANCES } from './record-layout.js';
import { counted, noticeText } from './notices.js';
import type { NativeSession } from '../addon/session-binding.js';
import type { Process, TargetEvent } from './types.js';

export class EventHistory {
  readonly #reader: LogReader;
  constructor(
    readonly native: NativeSession,
    readonly t0: number,
    readonly target: Process,
    readonly noteText: (index: number) => string,
  ) {
    this.#reader = new LogReader(native.rings().events);
  }

  read(from: number, max: number): TargetEvent[] {
    const { lastEvent } = this.native.snapshot();
    const events: TargetEvent[] = [];
    for (let i = Math.max(from, this.#reader.first(lastEvent)); i <= lastEvent && events.length < max; i++) {
      const entry = this.#reader.at(i);
      if (entry) events.push(this.#toEvent(entry));
    }
    return events;
  }

  #toEvent(e: LogEntry): TargetEvent {
    if (e.type === LOG_TYPES.script)
      return { index: e.index, t: e.t - this.t0, pid: this.target.pid, type: 'note', detail: this.noteText(e.a) };
    return { index: e.index, t: e.t - this.t0, pid: e.pid || this.target.pid, ...describe(e, this.target) };
  }
}

const hex = (n: number) => `0x${n.toString(16)}`;

/** The entry in words. */
export function describe(e: LogEntry, target: Process): Pick<TargetEvent, 'type' | 'detail'> {
  switch (e.type) {
    case LOG_TYPES.fork:
      return { type: 'fork', detail: `${e.b ? `child ${e.b}` : 'child'}: its uffd is ours now (fd ${e.a})` };
    case LOG_TYPES.remap:
      return { type: 'remap', detail: `${hex(e.a)} → ${hex(e.b)} ${e.c} bytes` };
    case LOG_TYPES.remove:
      return { type: 'remove', detail: `${hex(e.a)} +${e.b - e.a} bytes` };
    case LOG_TYPES.unmap:
      return { type: 'unmap', detail: `${hex(e.a)} +${e.b - e.a} bytes` };
    case LOG_TYPES.exec:
      return { type: 'exec', detail: 'runs another program' };
    case LOG_TYPES.exit:
      return { type: 'exit', detail: 'ended' };
    case LOG_TYPES.stance:
      return stance(e);
    case LOG_TYPES.hold:
      return { type: 'hold', detail: e.a ? 'hold on' : 'hold off' };
    case LOG_TYPES.ownerGone:
      return { type: 'note', detail: `${e.pid} ${e.a ? 'closed its descriptor' : 'ended'}` };
    case LOG_TYPES.tookTurn:
      return { type: 'note', detail: `the keeper handed back ${counted(e.a, 'page')} while we were stopped` };
    case LOG_TYPES.note:
      return { type: 'note', detail: noticeText({ notice: e.a, refusal: 0, refusedBy: 0 }, { target }) };
    default:
      return { type: 'note', detail: `entry of type ${e.type}` };
  }
}

function stance(e: LogEntry): Pick<TargetEvent, 'type' | 'detail'> {
  const now = STANCES[e.a];
  if (now === 'armed') {
    const handler = HANDLERS[e.b];
    if (handler === 'frozen') return { type: 'arm', detail: `handler frozen in its wait (threads: ${e.c})` };
    return { type: 'arm', detail: handler === 'none' ? 'nobody else reads: we answer' : 'reading beside the handler' };
  }
  if (now === 'left') return { type: 'detach', detail: `handed back ${counted(e.c, 'fault')} and left` };
  return {
    type: 'disarm',
    detail: e.c ? `handed back ${counted(e.c, 'fault')}; looking` : 'the handler runs; looking',
  };
}
