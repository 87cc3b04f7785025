/** A recording as a session: everything it tells is that of one moment of it. Nothing waits, so nothing can be answered. */
import { UffdscopeError } from '../../errors.js';
import { noScripts } from '../../script/no-scripts.js';
import type {
  Counts,
  DefaultAnswer,
  DetachSummary,
  PageBytes,
  PageMap,
  Playback,
  Range,
  Session,
  Snapshot,
  TargetEvent,
  Verb,
  VerbOutcome,
} from '../../types.js';
import { upperBound, type FaultStore } from './fault-store.js';
import { FileFaults } from './file-faults.js';
import type { Loaded } from './load.js';
import { NOTHING_WAITS } from './nothing-waits.js';
import { PageFills } from './page-fills.js';
import { countsOf } from './summaries.js';
import { TallyAt } from './tally-at.js';

/** What was so at the moment `at` of a recording; verbs are refused. Times are ns since attach. */
export class FileSession implements Session, Playback {
  readonly how: Session['how'];
  readonly target: Session['target'];
  readonly uffd: Session['uffd'];
  readonly userModeOnly = null;
  readonly seed: number;
  readonly options: Session['options'];
  readonly faults: FileFaults;
  readonly rules: Loaded['rules'];
  readonly scripts = noScripts('A recording has no scripts: nothing waits here any more.');
  readonly recording = null;
  readonly recorded = null;
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly #loaded: Loaded;
  readonly #tally: TallyAt;
  readonly #fills: PageFills;
  #at = 0;
  #version = 0;
  #stamp = '';

  /** Opens at its end. */
  constructor(loaded: Loaded) {
    const { description } = loaded.recording;
    const { target, uffd, granularity, source, maxHold } = description;
    this.#loaded = loaded;
    this.how = description.how;
    this.target = target;
    this.uffd = { ...uffd, nonblocking: true, initialized: true };
    this.seed = description.seed;
    const defaultAnswer = ANSWERS.find((one) => one === description.default) ?? 'pass';
    this.options = { defaultAnswer, maxHold, granularity, sourceText: source };
    this.path = loaded.recording.path;
    this.from = loaded.from;
    this.to = loaded.to;
    this.rules = loaded.rules;
    this.faults = new FileFaults(loaded.store, loaded.ranges, loaded.comm, loaded.recording.scriptName);
    this.#tally = new TallyAt(loaded.store);
    this.#fills = new PageFills(this.faults);
    this.seek(this.to);
  }

  get playback(): Playback {
    return this;
  }
  get #store(): FaultStore {
    return this.#loaded.store;
  }

  get at(): number {
    return this.#at;
  }

  seek(t: number): void {
    this.#at = Math.max(this.from, Math.min(this.to, t));
    this.faults.seek(this.#at);
    this.rules.seek(this.#at);
    const position = this.#store.changesBy(this.#at);
    this.#tally.move(position);
    const { events, ranges } = this.#loaded;
    const stamp = `${this.faults.visible} ${position} ${events.by(this.#at)} ${ranges.stepsBy(this.#at)}`;
    if (stamp !== this.#stamp) this.#version++;
    this.#stamp = stamp;
  }

  next(step: 1 | -1): number | null {
    const { store, events, ranges } = this.#loaded;
    const lists: readonly (readonly [ArrayLike<number>, number])[] = [
      [store.rows.readAt, store.count],
      [store.times, store.changeCount],
      [events.times, events.times.length],
      [ranges.times, ranges.times.length],
    ];
    const near = lists.flatMap(([times, length]) => {
      const after = upperBound(times, this.#at, length);
      if (step > 0) return after < length ? [times[after]!] : [];
      // All that stands at this very moment is one step.
      const before = lowerBound(times, this.#at, length) - 1;
      return before >= 0 ? [times[before]!] : [];
    });
    const inside = near.filter((t) => t >= this.from && t <= this.to);
    return inside.length === 0 ? null : step > 0 ? Math.min(...inside) : Math.max(...inside);
  }

  momentsOf(seq: number): { readonly read: number; readonly ended: number | null } | null {
    const row = this.#store.rowOf(seq);
    if (row < 0) return null;
    const ended = this.#store.ended[row]!;
    return { read: this.#store.rows.readAt[row]!, ended: ended === Infinity ? null : ended };
  }

  faultsBy(t: number): number {
    return this.#store.rowsBy(t);
  }

  snapshot(): Snapshot {
    const { events, ranges, notice } = this.#loaded;
    const happened = events.by(this.#at);
    const standing = events.standing(happened);
    const waiting = this.faults.waitingRows();
    let held = 0;
    let delayed = 0;
    let oldest: number | null = null;
    for (const row of waiting) {
      const state = this.faults.stateOf(row);
      if (state === 'delayed') delayed++;
      if (state !== 'held') continue;
      held++;
      oldest ??= this.#at - this.#store.rows.readAt[row]!;
    }
    return {
      now: this.#at,
      stance: standing.stance,
      handler: standing.handler,
      notice,
      holdOn: standing.holdOn,
      holdFilter: standing.holdOn ? 'not recorded' : null,
      faults: this.faults.visible,
      resolved: this.#tally.resolved,
      failed: this.#tally.failed,
      handedBack: this.#tally.handedBack,
      held,
      delayed,
      unread: null,
      oldestHeld: oldest,
      lost: standing.lost,
      events: happened,
      rangesVersion: ranges.stepsBy(this.#at),
      faultsVersion: this.#version,
      latency: this.#tally.latency,
      alive: standing.alive,
    };
  }

  ranges(): readonly Range[] {
    const { ranges } = this.#loaded;
    const held = new Map<number, number>();
    for (const row of this.faults.waitingRows()) {
      const id = this.#store.rows.range[row]!;
      held.set(id, (held.get(id) ?? 0) + 1);
    }
    return [...ranges.after(ranges.stepsBy(this.#at)).values()].map((range) => ({
      ...range,
      faults: ranges.rowsOf(range.id, this.faults.visible).length,
      held: held.get(range.id) ?? 0,
    }));
  }

  events(from: number, max: number): TargetEvent[] {
    return this.#loaded.events.read(from, max, this.#loaded.events.by(this.#at));
  }

  legal(): { readonly ok: false; readonly reason: string } {
    return { ok: false, reason: NOTHING_WAITS };
  }

  async perform(_verb: Verb, seqs: readonly number[]): Promise<VerbOutcome[]> {
    return seqs.map((seq) => ({ seq, ok: false, message: NOTHING_WAITS }));
  }

  mark(seqs: readonly number[], on: boolean): void {
    this.faults.mark(seqs, on);
    this.#version++;
  }

  /** Of a recording: what it was answered with. */
  async preview(seq: number): Promise<PageBytes> {
    const fault = this.faults.row(seq);
    if (!fault) return { known: false, reason: 'This fault is not in the recording.' };
    return this.#loaded.pages.of(fault);
  }

  async readPage(): Promise<PageBytes> {
    return { known: false, reason: 'A recording has no memory behind it.' };
  }

  async pageMap(rangeId: number, cells: number): Promise<PageMap> {
    const range = this.ranges().find(({ id }) => id === rangeId);
    if (!range) throw new UffdscopeError('NO_SUCH_UFFD', `Range ${rangeId} is not registered at this time.`);
    return this.#fills.map(range, cells);
  }

  statistics(top = 10): Promise<Counts> {
    return countsOf(this.faults, this.from, top);
  }

  hold(): Promise<never> {
    return refuse();
  }
  redrive(): Promise<never> {
    return refuse();
  }
  useRules(): Promise<never> {
    return refuse();
  }
  useScripts(): Promise<never> {
    return refuse();
  }
  record(): never {
    throw nothingWaits();
  }
  edit(): never {
    throw nothingWaits();
  }
  async stopRecording(): Promise<null> {
    return null;
  }
  unhold(): void {
    // nothing is held
  }
  guardTerminal(): void {
    // no keeper stands by; the screen restores its terminal itself
  }

  async release(): Promise<DetachSummary> {
    return { released: 0, restored: 0, behind: null };
  }
  async detach(): Promise<DetachSummary> {
    this.#loaded.recording.close();
    return this.release();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.detach().then(() => undefined);
  }
}

const ANSWERS: readonly DefaultAnswer[] = ['hold', 'zero', 'source', 'pass', 'wake', 'poison'];

export function nothingWaits(): UffdscopeError {
  return new UffdscopeError('RECORDING', 'This is a recording: nothing waits here any more.');
}

async function refuse(): Promise<never> {
  throw nothingWaits();
}

function lowerBound(times: ArrayLike<number>, t: number, length: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < t) low = middle + 1;
    else high = middle;
  }
  return low;
}
