/** A recording as the lines of trace/1: the same that its session gave. */
import { EntryRecords, faultLine, resolveRecord } from '../entry-records.js';
import type { RawFault } from '../fault-history.js';
import { ACCESSES, ACTIONS, FAULT, KINDS, NO_RANGE } from '../record-layout.js';
import { byName, type RecordView } from '../record-view.js';
import type { SessionRecord } from '../records.js';
import type { Range } from '../types.js';
import type { Item } from './items.js';
import type { Recording } from './recording.js';

const LAST_LINES = 10_000;

/** Faults that were recorded twice (they waited when a file began) are given once. */
export class FileRecords {
  readonly #ranges = new Map<number, Range>();
  readonly #announced = new Map<number, string>();
  readonly #entries: EntryRecords;
  readonly #waiting = new Set<number>();
  readonly #comms = new Map<string, string>();
  #t = 0;
  #lost = 0;
  #damage: string[] = [];

  constructor(readonly recording: Recording) {
    this.#entries = new EntryRecords({
      t0: recording.began,
      target: recording.description.target,
      raw: () => null, // a fault has an item of its own
      code: () => null,
    });
  }

  /** What was wrong with the file, so far. */
  get damage(): readonly string[] {
    return this.#damage;
  }
  /** Records that the recorder came too late for, so far. */
  get lost(): number {
    return this.#lost;
  }

  /** '' where it is not known (yet). */
  comm(pid: number, tid: number): string {
    return this.#comms.get(`${pid}/${tid}`) ?? '';
  }

  *all(): Generator<SessionRecord> {
    const { description: d, dropped, missing } = this.recording;
    const { pid } = d.target;
    yield { type: 'attach', t: 0, time: d.time, pid, how: d.how, ino: d.uffd.ino, version: d.version, seed: d.seed };
    if (dropped > 0) yield { type: 'note', t: 0, text: `the recording's oldest ${dropped} faults were dropped` };
    if (missing > 0) yield { type: 'note', t: 0, text: `${missing} older files of the recording are not beside it` };
    // How the target ended stands in the trailer: its last lines wait for it.
    let last: SessionRecord[] | null = null;
    for (const item of this.recording.items()) {
      for (const record of this.of(item)) {
        if (record.type === 'exit' && record.pid === pid && record.code === null) last ??= [];
        if (last !== null && last.push(record) < LAST_LINES) continue;
        if (last === null) yield record;
        else yield* last.splice(0);
      }
    }
    const code = this.recording.ending?.code ?? null;
    for (const record of last ?? []) yield record.type === 'exit' && record.pid === pid ? { ...record, code } : record;
    yield* this.#end();
  }

  *of(item: Item): Generator<SessionRecord> {
    const { began } = this.recording;
    switch (item.is) {
      case 'fault':
        yield* this.#fault(item.view, item.answered);
        return;
      case 'log':
        this.#t = Math.max(this.#t, item.entry.t - began);
        this.#waiting.delete(item.entry.seq);
        yield* this.#entries.of(item.entry);
        return;
      case 'range':
        yield* this.#range(item.range, Math.max(0, item.t - began));
        return;
      case 'lost':
        this.#lost += item.count;
        yield { type: 'lost', t: Math.max(0, item.t - began), count: item.count };
        return;
      case 'thread':
        this.#comms.set(`${item.pid}/${item.tid}`, item.comm);
        return;
      case 'damage':
        this.#damage.push(item.damage);
        yield { type: 'note', t: this.#t, text: `recording: ${item.damage}` };
        return;
      default:
        return;
    }
  }

  *#fault(v: RecordView, answered: boolean): Generator<SessionRecord> {
    const { began } = this.recording;
    const seq = v.u64(FAULT.seq);
    const raw = this.#raw(v);
    this.#t = Math.max(this.#t, raw.readAt - began);
    if (!answered) {
      if (this.#waiting.has(seq)) return;
      this.#waiting.add(seq);
    }
    yield faultLine(seq, raw, began);
    if (!answered) return;
    const t = v.u64(FAULT.answeredAt);
    const entry = {
      ...{ t, seq, a: v.u64(FAULT.bytes), b: raw.readAt, c: t, err: v.i32(FAULT.err) },
      ...{ action: ACTIONS[v.u8(FAULT.action)] ?? null, by: byName(v, this.recording.scriptName) },
    };
    yield resolveRecord(entry, began);
  }

  #raw(v: RecordView): RawFault {
    const id = v.u32(FAULT.rangeId);
    return {
      readAt: v.u64(FAULT.readAt),
      pid: v.u32(FAULT.pid),
      tid: v.u32(FAULT.tid),
      kind: KINDS[v.u8(FAULT.kind)]!,
      access: ACCESSES[v.u8(FAULT.access)]!,
      address: v.u64(FAULT.address),
      page: v.u64(FAULT.page),
      pageSize: 2 ** v.u8(FAULT.pageShift),
      range: id === NO_RANGE ? undefined : this.#ranges.get(id),
    };
  }

  *#range(range: Range, t: number): Generator<SessionRecord> {
    this.#ranges.set(range.id, range);
    const { id, pid, start, end, modes, name } = range;
    const key = `${start}-${end}/${modes.join()}`;
    if (this.#announced.get(id) === key) return;
    this.#announced.set(id, key);
    yield { type: 'register', t, pid, start: Number(start), end: Number(end), modes, name };
  }

  *#end(): Generator<SessionRecord> {
    const { ending, description } = this.recording;
    const { pid } = description.target;
    if (ending === null) {
      yield { type: 'note', t: this.#t, text: 'the recording ends here: its recorder did not come to an end' };
      return;
    }
    const { t } = ending.summary;
    if (ending.gone && !this.#entries.exitTold) yield { type: 'exit', t, pid, code: ending.code };
    yield ending.summary;
    yield { type: 'detach', t, pid, released: ending.released, restored: ending.restored };
  }
}
