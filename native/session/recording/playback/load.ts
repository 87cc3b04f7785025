/** Reads a whole recording into columns, in slices, so that a screen that shows it can be left meanwhile. */
import { UffdscopeError } from '../../errors.js';
import type { LogEntry } from '../../log-reader.js';
import { ACTIONS, BYS, DECISIONS, FAULT, FLAG_EDITED, LOG_TYPES } from '../../record-layout.js';
import type { RecordView } from '../../record-view.js';
import { safeText } from '../../safe-text.js';
import type { Item } from '../items.js';
import { Recording, type BlockPlace } from '../recording.js';
import { code, ends, FaultStore, MOST_FAULTS } from './fault-store.js';
import { FileEvents } from './file-events.js';
import type { CommOf } from './file-faults.js';
import { FilePages } from './file-pages.js';
import { FileRanges } from './file-ranges.js';
import { FileRules } from './file-rules.js';
import { FileSession, nothingWaits } from './file-session.js';
import { readChange } from '../description.js';

export interface Loaded {
  readonly recording: Recording;
  readonly store: FaultStore;
  readonly ranges: FileRanges;
  readonly events: FileEvents;
  readonly rules: FileRules;
  readonly pages: FilePages;
  readonly comm: CommOf;
  readonly from: number;
  readonly to: number;
  /** What is wrong with the file, or ''. */
  readonly notice: string;
}

const SLICE_MS = 20;
const [READ, HELD, RESOLVED, GONE, FAILED] = (['read', 'held', 'resolved', 'gone', 'failed'] as const).map(code) as [
  number,
  number,
  number,
  number,
  number,
];
const [ENOENT, ESRCH] = [2, 3];

/**
 * A recording as a session: it opens at its end, and `seek` shows another moment. Reads the whole file.
 * @throws UffdscopeError RECORDING: it cannot be read, is none, or comes from a newer version.
 */
export async function openRecording(path: string): Promise<FileSession> {
  const recording = new Recording(path);
  try {
    return await read(recording);
  } catch (error) {
    recording.close();
    throw error;
  }
}

/** The same from a file whose head was read already. @throws UffdscopeError RECORDING. */
export async function read(recording: Recording): Promise<FileSession> {
  const loader = new Loader(recording);
  let since = performance.now();
  for (const { place, items } of recording.blocks()) {
    for (const item of items) loader.take(item, place);
    if (performance.now() - since < SLICE_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  }
  return new FileSession(loader.finish());
}

class Loader {
  readonly #store = new FaultStore();
  readonly #ranges = new FileRanges();
  readonly #events: FileEvents;
  readonly #rules: FileRules;
  readonly #pages: FilePages;
  readonly #comms = new Map<string, string>();
  #damage = 0;
  #firstDamage = '';
  #from = Infinity;
  #to = 0;

  constructor(readonly recording: Recording) {
    const { target, rules } = recording.description;
    this.#events = new FileEvents(target);
    this.#rules = new FileRules(rules, () => {
      throw nothingWaits();
    });
    this.#pages = new FilePages(recording);
  }

  take(item: Item, block: BlockPlace): void {
    switch (item.is) {
      case 'fault':
        return this.#fault(item.view, item.answered);
      case 'log':
        return this.#log(item.entry);
      case 'range':
        return this.#ranges.add(this.#time(item.t, false), item.range);
      case 'range-gone':
        return this.#ranges.remove(this.#time(item.t), item.id);
      case 'lost':
        return this.#events.lose(this.#time(item.t), item.count);
      case 'thread':
        this.#comms.set(`${item.pid}/${item.tid}`, item.comm);
        return;
      case 'page':
        return this.#pages.add(item.seq, { block, from: item.at, length: item.bytes.length, address: item.address });
      case 'meta': {
        const change = readChange(item.text);
        if (change) this.#rules.change(this.#to, change.rules);
        return;
      }
      case 'damage':
        if (this.#damage++ === 0) this.#firstDamage = item.damage;
    }
  }

  /** Engine clock to ns since attach; `spans`: there is something to see at this time. */
  #time(t: number, spans = true): number {
    const since = Math.max(0, t - this.recording.began);
    if (spans) {
      this.#from = Math.min(this.#from, since);
      this.#to = Math.max(this.#to, since);
    }
    return since;
  }

  #fault(v: RecordView, answered: boolean): void {
    const recorded = v.u8(FAULT.state);
    const readAt = this.#time(v.u64(FAULT.readAt));
    const waits = ends(recorded) ? HELD : recorded;
    const added = this.#store.add({
      seq: v.u64(FAULT.seq),
      readAt,
      address: v.u64(FAULT.address),
      page: v.u64(FAULT.page),
      pid: v.u32(FAULT.pid),
      tid: v.u32(FAULT.tid),
      range: v.u32(FAULT.rangeId),
      hits: v.u32(FAULT.hits),
      kind: v.u8(FAULT.kind),
      access: v.u8(FAULT.access),
      shift: v.u8(FAULT.pageShift),
      edited: v.u8(FAULT.flags) & FLAG_EDITED ? 1 : 0,
      state: answered ? READ : waits,
    });
    if (!added) {
      // Those that wait are written again where a recording begins.
      if (this.#store.rowOf(v.u64(FAULT.seq)) < 0) this.take({ is: 'damage', damage: OUT_OF_ORDER }, NOWHERE);
      return;
    }
    this.#events.reads();
    if (this.#store.count > MOST_FAULTS)
      throw new UffdscopeError(
        'RECORDING',
        `${safeText(this.recording.path)} holds more than ${MOST_FAULTS} faults, too many for the screen.`,
        `As lines: uffdscope show ${safeText(this.recording.path)} --headless`,
      );
    if (!answered) return;
    this.#store.change(this.#store.count - 1, {
      at: this.#time(v.u64(FAULT.answeredAt)),
      bytes: v.u64(FAULT.bytes),
      byId: v.u32(FAULT.byId),
      err: v.i32(FAULT.err),
      to: recorded === GONE ? GONE : RESOLVED,
      action: v.u8(FAULT.action),
      by: v.u8(FAULT.by),
    });
  }

  #log(e: LogEntry): void {
    const t = this.#time(e.t);
    if (e.type !== LOG_TYPES.resolve && e.type !== LOG_TYPES.decide) return this.#events.add(e, t);
    const row = this.#store.rowOf(e.seq);
    if (row < 0) return; // it was read before the recording, or in a part that is gone
    const to = e.type === LOG_TYPES.resolve ? resolvedTo(e) : DECIDED[DECISIONS[e.a] ?? 'hold'];
    this.#store.change(row, {
      // An attempt that failed has no time of an answer.
      at: ends(to) && e.c > 0 ? this.#time(e.c) : t,
      bytes: e.type === LOG_TYPES.resolve ? e.a : 0,
      byId: e.byId,
      err: e.err,
      to,
      action: Math.max(0, ACTIONS.indexOf(e.action)),
      by: Math.max(0, BYS.indexOf(kindOf(e.by))),
    });
  }

  finish(): Loaded {
    const { recording } = this;
    const { ending } = recording;
    if (ending !== null) {
      const end = Math.min(Math.max(this.#to, ending.summary.t), 2 ** 53);
      this.#to = end;
      if (ending.gone) this.#events.gone(end);
    }
    this.#store.finish();
    this.#ranges.finish(this.#store);
    this.#rules.finish(this.#store);
    return {
      recording,
      store: this.#store,
      ranges: this.#ranges,
      events: this.#events,
      rules: this.#rules,
      pages: this.#pages,
      comm: (pid, tid) => this.#comms.get(`${pid}/${tid}`) ?? '',
      from: Math.min(this.#from, this.#to),
      to: this.#to,
      notice: this.#notice(),
    };
  }

  #notice(): string {
    const { dropped, missing, ending } = this.recording;
    const said: string[] = [];
    if (this.#damage > 0) {
      const more = this.#damage > 1 ? ` (and ${this.#damage - 1} more of this kind)` : '';
      said.push(`${this.#firstDamage.charAt(0).toUpperCase()}${this.#firstDamage.slice(1)}${more}.`);
    }
    if (ending === null) said.push('The recorder did not come to an end: this is what it had written.');
    if (missing > 0) said.push(`${missing} older files of this recording are not beside it.`);
    if (dropped > 0) said.push(`The oldest ${dropped} faults were dropped for --max-size.`);
    return said.join(' ');
  }
}

const OUT_OF_ORDER = 'a fault whose number goes back is left out';
const NOWHERE: BlockPlace = { file: 0, at: 0 };
/** A fault that is passed waits for the turn of its handler. */
const DECIDED = { hold: HELD, delay: code('delayed'), script: code('scripted'), pass: READ } as const;

/** Told from the entry alone, as native/engine writes it. */
function resolvedTo({ err, by, action }: LogEntry): number {
  if (err !== 0) return by === 'target' || err === ENOENT || err === ESRCH ? GONE : FAILED;
  if (action !== 'wake') return RESOLVED;
  // Woken by whom it was ours to ask: an answer. Otherwise it went back, or went.
  return by === 'default' || by === 'keeper' || by === 'target' || by === 'handler' ? GONE : RESOLVED;
}

/** `rule:3` is a rule. */
function kindOf(by: string | null): string | null {
  if (by === 'replay') return 'rule';
  return by?.replace(/:.*$/s, '') ?? null;
}
