/** Everything the screen keeps about one attachment. */
import type { Range, Session, Snapshot, Verb } from '../../native/session/types.js';
import type { LogLine } from '../rows/events.js';
import type { Verdict } from '../commands/modes.js';
import { Answerers } from './answerers.js';
import { BytesCache } from './bytes.js';
import { FaultList } from './fault-list.js';
import { MapCache } from './maps.js';
import { PlaybackRate } from './playback-rate.js';
import { Player } from './player.js';
import { RateMeter, type Rate } from './rate.js';
import { StatisticsCache } from './statistics.js';
import { Tally } from './tally.js';

const LOG_KEPT = 1000;
/** A notice has been read by then; the log keeps it. */
const NOTICE_MS = 20_000;
const RANGES_MS = 250;

export class Watch {
  readonly list: FaultList;
  readonly bytes: BytesCache;
  readonly maps: MapCache;
  readonly rate: Rate;
  /** Of a recording. */
  readonly player: Player | null;
  readonly tally: Tally;
  readonly answerers: Answerers;
  readonly statistics: StatisticsCache;
  /** The session knows them too, for filters; here they are at hand. */
  readonly marks = new Set<number>();
  /** Newest first. */
  readonly log: LogLine[] = [];
  /** What an answer would have given before it was edited by hand. */
  readonly originals = new Map<number, Uint8Array>();
  /** Ranges for which the operator said yes once: poison, and zero where somebody else fills. */
  readonly agreed = new Set<string>();
  snapshot: Snapshot;
  lastHold: string | null = null;
  #sampledAt = 0;
  #noticeUntil = 0;
  #ranges: readonly Range[] = [];
  #rangesAt = -Infinity;
  #rangesStamp = '';
  #scriptsVersion = 0;
  #legalStamp = '';
  readonly #legal = new Map<string, Verdict>();

  constructor(
    readonly session: Session,
    touch: () => void,
  ) {
    this.snapshot = session.snapshot();
    this.#noticeUntil = performance.now() + NOTICE_MS;
    const { playback } = session;
    this.player = playback ? new Player(playback) : null;
    this.rate = playback ? new PlaybackRate(playback) : new RateMeter();
    this.list = new FaultList(session);
    this.bytes = new BytesCache(session, touch);
    this.tally = new Tally(session.faults);
    this.answerers = new Answerers(session);
    this.statistics = new StatisticsCache(session, touch, (error) => this.note(false, messageOf(error)));
    this.maps = new MapCache(session, touch, (error) => this.note(false, messageOf(error)));
    this.lastHold = this.snapshot.holdFilter;
    if (this.snapshot.notice !== '') this.note(false, this.snapshot.notice);
  }

  /** Look again; true when anything on a screen may differ but the ages of what waits. */
  poll(): boolean {
    const old = this.snapshot;
    const now = (this.snapshot = this.session.snapshot());
    if (performance.now() - this.#sampledAt >= 250) {
      this.#sampledAt = performance.now();
      this.rate.sample(now.now, now.faults);
    }
    // A screen may have no room for the whole of it.
    if (now.notice !== old.notice && now.notice !== '') this.note(false, now.notice);
    if (now.notice !== old.notice) this.#noticeUntil = performance.now() + NOTICE_MS;
    const { version } = this.session.scripts;
    const scripts = version !== this.#scriptsVersion;
    this.#scriptsVersion = version;
    return scripts || CHANGING.some((key) => old[key] !== now[key]);
  }

  /** What needs the operator's eye, until it was there for a while or was waved away; '' else. */
  get notice(): string {
    return performance.now() < this.#noticeUntil ? this.snapshot.notice : '';
  }

  dismissNotice(): void {
    this.#noticeUntil = 0;
  }

  /** The session's word on a verb, remembered until something changes: a hint bar asks for all of them at each frame. */
  legal(verb: Verb['verb'] | 'move', seq: number): Verdict {
    const { faultsVersion, handler, stance } = this.snapshot;
    const stamp = `${faultsVersion} ${handler} ${stance}`;
    if (stamp !== this.#legalStamp) this.#legal.clear();
    this.#legalStamp = stamp;
    const key = `${verb} ${seq}`;
    let verdict = this.#legal.get(key);
    if (verdict === undefined) this.#legal.set(key, (verdict = this.session.legal(verb, seq)));
    return verdict;
  }

  /** Ranges with their counts; a list of hundreds is not fetched at frame rate. */
  get ranges(): readonly Range[] {
    const now = performance.now();
    const { rangesVersion, faultsVersion } = this.snapshot;
    // A step in a recording is seen whole, and its ranges cost little.
    const stamp = this.player ? `${rangesVersion} ${faultsVersion}` : `${rangesVersion}`;
    if (this.#rangesStamp !== stamp || now - this.#rangesAt >= RANGES_MS) {
      this.#rangesStamp = stamp;
      this.#rangesAt = now;
      this.#ranges = this.session.ranges();
    }
    return this.#ranges;
  }

  mark(seqs: readonly number[], on: boolean): void {
    for (const seq of seqs) {
      if (on) this.marks.add(seq);
      else this.marks.delete(seq);
    }
    this.session.mark(seqs, on);
  }

  note(ok: boolean, text: string): void {
    this.log.unshift({ at: this.snapshot.now, ok, text });
    if (this.log.length > LOG_KEPT) this.log.pop();
  }
}

const CHANGING = [
  'stance', 'handler', 'notice', 'holdOn', 'holdFilter', 'faults', 'resolved', 'failed', 'handedBack', 'unread', 'lost',
  'events', 'rangesVersion', 'faultsVersion', 'alive',
] as const satisfies readonly (keyof Snapshot)[]; // prettier-ignore

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
