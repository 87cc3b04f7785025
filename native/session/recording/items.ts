/** The items of a block, each checked before it is believed. */
import { LogReader, type LogEntry } from '../log-reader.js';
import { ACCESSES, ACTIONS, BYS, FAULT, FAULT_SIZE, KINDS, LOG, LOG_SIZE, STATES } from '../record-layout.js';
import { RecordView, type ScriptNames } from '../record-view.js';
import type { Range, RangeMode } from '../types.js';
import { ITEM } from './format.js';

export type Item =
  /** A FaultRecord that is looked at before the next item is asked for. `answered`: at once. */
  | { readonly is: 'fault'; readonly view: RecordView; readonly answered: boolean }
  | { readonly is: 'log'; readonly entry: LogEntry }
  | { readonly is: 'lost'; readonly t: number; readonly count: number }
  | { readonly is: 'range'; readonly t: number; readonly range: Range }
  | { readonly is: 'range-gone'; readonly t: number; readonly id: number }
  | { readonly is: 'thread'; readonly pid: number; readonly tid: number; readonly comm: string }
  | { readonly is: 'meta'; readonly text: string }
  /** `at`: where its bytes begin in the block. */
  | { readonly is: 'page'; readonly seq: number; readonly address: number; readonly bytes: Buffer; readonly at: number }
  | { readonly is: 'damage'; readonly damage: string };

const MODES: readonly RangeMode[] = ['missing', 'wp', 'minor'];
/** Larger ones are no number of a kernel that this runs on, and no exact double. */
const LARGEST = 2 ** 53;

/** One record at a place where it can be read as the engine's rings are. */
function scratch(size: number): { readonly bytes: Uint8Array; readonly words: Uint32Array } {
  const buffer = new ArrayBuffer(size);
  return { bytes: new Uint8Array(buffer), words: new Uint32Array(buffer) };
}

export class ItemReader {
  readonly #fault = scratch(FAULT_SIZE);
  readonly #view = new RecordView(this.#fault.words, this.#fault.bytes);
  readonly #log = scratch(LOG_SIZE);
  readonly #entries: LogReader;

  constructor(scriptName: ScriptNames = String) {
    this.#entries = new LogReader(this.#log.bytes.buffer as ArrayBuffer, scriptName);
  }

  *of(payload: Buffer): Generator<Item> {
    let at = 0;
    while (at + 8 <= payload.length) {
      const type = payload.readUInt32LE(at);
      const length = payload.readUInt32LE(at + 4);
      at += 8;
      if (length > payload.length - at) {
        yield { is: 'damage', damage: 'an item is longer than its block; the rest of the block is left out' };
        return;
      }
      const item = this.#item(type, payload.subarray(at, at + length), at);
      if (item !== null) yield item;
      at += length + ((8 - (length % 8)) % 8);
    }
  }

  /** null: a kind of item that this version does not know. */
  #item(type: number, b: Buffer, at: number): Item | null {
    switch (type) {
      case ITEM.answered:
      case ITEM.fault:
        return this.#faultItem(b, type === ITEM.answered);
      case ITEM.log:
        return this.#logItem(b);
      case ITEM.lost:
        return b.length < 16 ? BAD : { is: 'lost', t: i64(b, 0), count: u64(b, 8) };
      case ITEM.range:
        return rangeItem(b);
      case ITEM.rangeGone:
        return b.length < 12 ? BAD : { is: 'range-gone', t: i64(b, 0), id: b.readUInt32LE(8) };
      case ITEM.thread:
        if (b.length < 24) return BAD;
        return { is: 'thread', pid: b.readUInt32LE(0), tid: b.readUInt32LE(4), comm: untilZero(b.subarray(8, 24)) };
      case ITEM.meta:
        return { is: 'meta', text: b.toString('utf8') };
      case ITEM.page:
        if (b.length < 16) return BAD;
        return { is: 'page', seq: u64(b, 0), address: u64(b, 8), bytes: b.subarray(16), at: at + 16 };
      default:
        return null;
    }
  }

  #faultItem(b: Buffer, answered: boolean): Item {
    if (b.length < FAULT_SIZE) return BAD;
    this.#fault.bytes.set(b.subarray(0, FAULT_SIZE));
    const v = this.#view;
    const numbers = [FAULT.seq, FAULT.readAt, FAULT.answeredAt, FAULT.dueAt, FAULT.address, FAULT.page, FAULT.bytes];
    const sound =
      numbers.every((field) => v.u64(field) < LARGEST) &&
      v.u64(FAULT.seq) > 0 &&
      v.u8(FAULT.kind) < KINDS.length &&
      v.u8(FAULT.access) < ACCESSES.length &&
      v.u8(FAULT.state) < STATES.length &&
      v.u8(FAULT.action) < ACTIONS.length &&
      v.u8(FAULT.by) < BYS.length &&
      v.u8(FAULT.pageShift) >= 12 &&
      v.u8(FAULT.pageShift) <= 40 &&
      isErrno(v.i32(FAULT.err));
    return sound ? { is: 'fault', view: v, answered } : BAD;
  }

  #logItem(b: Buffer): Item {
    if (b.length < LOG_SIZE) return BAD;
    this.#log.bytes.set(b.subarray(0, LOG_SIZE));
    const index = u64(b, LOG.index);
    const entry = this.#entries.at(index);
    if (!entry || index === 0 || index >= LARGEST) return BAD;
    const { t, seq, a, b: second, c } = entry;
    const numbers = [t, seq, a, second, c].every((n) => n < LARGEST);
    const named = b[LOG.action]! < ACTIONS.length && b[LOG.by]! < BYS.length;
    return numbers && named && isErrno(entry.err) ? { is: 'log', entry } : BAD;
  }
}

const BAD: Item = { is: 'damage', damage: 'an item makes no sense and is left out' };

function rangeItem(b: Buffer): Item {
  if (b.length < 56) return BAD;
  const [prot, path, name] = [b.readUInt16LE(48), b.readUInt16LE(50), b.readUInt16LE(52)];
  const shift = b.readUInt32LE(40);
  const [start, end] = [u64(b, 8), u64(b, 16)];
  if (56 + prot + path + name > b.length || shift < 12 || shift > 40 || start >= end || end >= LARGEST) return BAD;
  const text = (from: number, length: number) => b.toString('utf8', 56 + from, 56 + from + length);
  const bits = b.readUInt32LE(24);
  const range: Range = {
    id: b.readUInt32LE(32),
    pid: b.readUInt32LE(36),
    start: BigInt(start),
    end: BigInt(end),
    modes: MODES.filter((_, i) => bits & (1 << i)),
    name: text(prot + path, name),
    path: text(prot, path),
    prot: text(0, prot),
    pageSize: 2 ** shift,
    shared: b.readUInt32LE(44) !== 0,
    faults: 0,
    held: 0,
  };
  return { is: 'range', t: i64(b, 0), range };
}

function isErrno(err: number): boolean {
  return err >= 0 && err < 4096;
}

function u64(b: Buffer, at: number): number {
  return b.readUInt32LE(at) + b.readUInt32LE(at + 4) * 0x1_0000_0000;
}

function i64(b: Buffer, at: number): number {
  return b.readUInt32LE(at) + b.readInt32LE(at + 4) * 0x1_0000_0000;
}

function untilZero(b: Buffer): string {
  const end = b.indexOf(0);
  return b.toString('utf8', 0, end < 0 ? b.length : end);
}
