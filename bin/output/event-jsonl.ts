/** `-o jsonl`, the contract of trace/1. Hot: templates, since every fault of a run passes here. */
import type { FaultLine, ResolveRecord, SessionRecord, TargetRecord } from '../../native/session/records.js';
import { jsonString } from './json.js';

const PLAIN = /^[ !#-[\]-~]*$/; // printable ASCII without quote and backslash

function text(value: string): string {
  return PLAIN.test(value) ? `"${value}"` : jsonString(value);
}

function textOrNull(value: string | null): string {
  return value === null ? 'null' : text(value);
}

function hex(address: number): string {
  return `"0x${address.toString(16)}"`;
}

export function jsonlLine(record: SessionRecord): string {
  switch (record.type) {
    case 'fault':
      return fault(record);
    case 'resolve':
      return resolve(record);
    case 'decide':
      return `{"type":"decide","t":${record.t},"seq":${record.seq},"action":"${record.action}","by":${text(record.by)},"until":${record.until}}\n`;
    case 'attach':
      return `{"type":"attach","schema":"uffdscope.trace/1","t":0,"time":${text(record.time)},"pid":${record.pid},"how":"${record.how}","ino":${record.ino},"version":${text(record.version)},"seed":${record.seed}}\n`;
    case 'register':
      return `{"type":"register","t":${record.t},"pid":${record.pid},"start":${hex(record.start)},"end":${hex(record.end)},"modes":${JSON.stringify(record.modes)},"name":${text(record.name)}}\n`;
    case 'lost':
      return `{"type":"lost","t":${record.t},"count":${record.count}}\n`;
    case 'skipped':
      return `{"type":"skipped","t":${record.t},"pages":${record.pages},"reason":${text(record.reason)}}\n`;
    case 'note':
      return `{"type":"note","t":${record.t},"text":${text(record.text)}}\n`;
    case 'diverge':
      return `{"type":"diverge","t":${record.t},"seq":${record.seq},"address":${record.address === null ? 'null' : hex(record.address)},"range":${textOrNull(record.range)},"reason":${text(record.reason)}}\n`;
    case 'summary':
      return `{"type":"summary","t":${record.t},"faults":${record.faults},"resolved":${record.resolved},"failed":${record.failed},"handedBack":${record.handedBack},"byAction":${JSON.stringify(record.byAction)},"latency":${JSON.stringify(record.latency)},"seed":${record.seed},"rules":${JSON.stringify(record.rules)}}\n`;
    case 'detach':
      return `{"type":"detach","t":${record.t},"pid":${record.pid},"released":${record.released},"restored":${record.restored}}\n`;
    default:
      return target(record);
  }
}

function fault(r: FaultLine): string {
  return `{"type":"fault","t":${r.t},"seq":${r.seq},"pid":${r.pid},"tid":${r.tid},"kind":"${r.kind}","access":"${r.access}","address":${hex(r.address)},"page":${hex(r.page)},"pageSize":${r.pageSize},"range":${textOrNull(r.range)}}\n`;
}

function resolve(r: ResolveRecord): string {
  return `{"type":"resolve","t":${r.t},"seq":${r.seq},"action":"${r.action}","bytes":${r.bytes},"latency":${r.latency},"by":${text(r.by)},"errno":${textOrNull(r.errno)},"readAt":${r.readAt},"answeredAt":${r.answeredAt},"resumedAt":${r.resumedAt}}\n`;
}

function target(r: TargetRecord): string {
  const head = `{"type":"${r.type}","t":${r.t},"pid":${r.pid}`;
  switch (r.type) {
    case 'fork':
      return `${head},"child":${r.child}}\n`;
    case 'exec':
      return `${head}}\n`;
    case 'exit':
      return `${head},"code":${r.code}}\n`;
    case 'remap':
      return `${head},"from":${hex(r.from)},"to":${hex(r.to)},"length":${r.length}}\n`;
    case 'remove':
    case 'unmap':
      return `${head},"start":${hex(r.start)},"end":${hex(r.end)}}\n`;
  }
}
