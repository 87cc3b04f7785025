/** `-o text`: for eyes and grep. Time in seconds since attach, then what happened. */
import { safeText } from '../../native/session/safe-text.js';
import type { FaultLine, SessionRecord, SummaryRecord, TargetRecord } from '../../native/session/records.js';
import { hex } from './json.js';
import { bytes, count, duration } from './units.js';

export function textLine(record: SessionRecord): string {
  return `${(record.t / 1e9).toFixed(6).padStart(12)}  ${safeText(words(record))}\n`;
}

function words(r: SessionRecord): string {
  switch (r.type) {
    case 'attach':
      return `attach   ${r.how} process ${r.pid}, uffd ${r.ino}, ${r.time}, seed ${r.seed}`;
    case 'register':
      return `register ${hex(r.start)}-${hex(r.end)} ${r.modes.join(',')} ${r.name} (${bytes(r.end - r.start)}, process ${r.pid})`;
    case 'fault':
      return `fault    #${r.seq} ${r.kind} ${r.access} ${hex(r.address)} ${r.range ?? '(no known range)'} ${threadOf(r)}`;
    case 'resolve': {
      const done = r.errno === null ? `${bytes(r.bytes)}` : `failed: ${r.errno}`;
      return `${r.action.padEnd(8)} #${r.seq} ${done}${r.latency === null ? '' : ` after ${duration(r.latency)}`} by ${r.by}`;
    }
    case 'decide':
      return `${r.action.padEnd(8)} #${r.seq} by ${r.by}${r.until === null ? '' : ` until ${(r.until / 1e9).toFixed(6)}`}`;
    case 'lost':
      return `lost     ${count(r.count, 'record')} overwritten before they could be written`;
    case 'skipped':
      return `skipped  ${count(r.pages, 'page')}: ${r.reason}`;
    case 'note':
      return `note     ${r.text}`;
    case 'diverge':
      return `diverge  #${r.seq} ${r.range ?? ''}: ${r.reason}`;
    case 'summary':
      return summary(r);
    case 'detach':
      return `detach   process ${r.pid}, ${r.released} released, ${r.restored} restored`;
    default:
      return target(r);
  }
}

function target(r: TargetRecord): string {
  switch (r.type) {
    case 'fork':
      return `fork     process ${r.pid}${r.child === null ? '' : ` made ${r.child}`}`;
    case 'exec':
      return `exec     process ${r.pid}`;
    case 'exit':
      return `exit     process ${r.pid}${r.code === null ? '' : `, status ${r.code}`}`;
    case 'remap':
      return `remap    ${hex(r.from)} to ${hex(r.to)}, ${bytes(r.length)}, process ${r.pid}`;
    case 'remove':
    case 'unmap':
      return `${r.type.padEnd(8)} ${hex(r.start)}-${hex(r.end)} (${bytes(r.end - r.start)}), process ${r.pid}`;
  }
}

/** Without UFFD_FEATURE_THREAD_ID the message names no thread, and a forked child's number is not always found out. */
function threadOf(r: FaultLine): string {
  return `${r.tid === null ? 'an unknown thread' : `thread ${r.tid}`} of ${r.pid ?? 'a forked child'}`;
}

function summary(r: SummaryRecord): string {
  const actions = Object.entries(r.byAction).map(([action, n]) => `${action} ${n}`);
  const parts = [
    count(r.faults, 'fault'),
    `${r.resolved} resolved${actions.length > 0 ? ` (${actions.join(', ')})` : ''}`,
    ...(r.failed > 0 ? [`${r.failed} failed`] : []),
    ...(r.handedBack > 0 ? [`${r.handedBack} handed back`] : []),
    ...(r.latency === null
      ? []
      : [`p50 ${duration(r.latency.p50)}, p99 ${duration(r.latency.p99)}, max ${duration(r.latency.max)}`]),
  ];
  return `summary  ${parts.join('; ')}`;
}
