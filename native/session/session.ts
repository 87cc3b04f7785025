/** One attachment on the native engine: everything a screen, a script or a headless run does goes through here. */
import { EventHistory } from './event-history.js';
import { RingHistory } from './fault-history.js';
import { UffdscopeError } from './errors.js';
import { handlerRefusal, isKeeper } from './refusals.js';
import { behindOf } from './behind.js';
import { noticeText, stuckText } from './notices.js';
import { pageBytes, pageCells } from './page-states.js';
import { HANDLERS, STANCES } from './record-layout.js';
import { legal, type VerbName } from './verbs.js';
import { nativeVerb } from './native-verb.js';
import { sourceBytes } from './source-bytes.js';
import { HoldBook } from './hold-book.js';
import { RangeBook } from './range-book.js';
import { SessionRecorder, type RecordOptions } from './recording/session-recorder.js';
import { RuleBook } from './rules/rule-book.js';
import { readStatistics, type Statistics } from './statistics/statistics.js';
import { ScriptBook } from './script/script-book.js';
import { TargetWatch } from './target-watch.js';
import type { NativeSession } from '../addon/session-binding.js';
import type {
  DefaultAnswer,
  DetachSummary,
  Fault,
  HandlerState,
  How,
  PageBytes,
  PageMap,
  Range,
  RecordingState,
  Session,
  Snapshot,
  Source,
  TargetEvent,
  Uffd,
  Verb,
  VerbOutcome,
} from './types.js';

export interface SessionFacts {
  readonly how: How;
  readonly target: Session['target'];
  readonly uffd: Uffd;
  readonly userModeOnly: boolean | null;
  readonly seed: number;
  readonly options: Session['options'];
  readonly source: Source | null;
  readonly holderPid: number;
  /** The operator asked for it: `--default`, so that faults are answered without a further word. */
  readonly defaultNamed: boolean;
  /** ms */
  readonly scriptDeadline?: number;
}

/** A keeper notices within a tenth of a second that it is alone, then wakes 64 pages a millisecond. */
const LEFTOVER_MS = 3000;

export class NativeJoin implements Session {
  readonly how: How;
  readonly target: Session['target'];
  readonly uffd: Uffd;
  readonly userModeOnly: boolean | null;
  readonly seed: number;
  readonly faults: RingHistory;
  readonly t0: number;
  readonly rules: RuleBook;
  /** Wall clock where its times count from, ISO 8601. */
  readonly time: string;
  readonly scripts: ScriptBook;
  options: Session['options'];
  readonly #native: NativeSession;
  readonly #facts: SessionFacts;
  readonly #events: EventHistory;
  readonly #ranges: RangeBook;
  readonly #watch: TargetWatch;
  readonly #hold: HoldBook;
  readonly #recorder = new SessionRecorder(this);
  #recorded: RecordingState | null = null;
  #ruleNotes: readonly string[] = [];
  /** We hold by default only because no handler was found. */
  #holdsForNobody = false;
  #leaving: Promise<DetachSummary> | undefined;
  #onEnd: (() => void)[] = [];

  constructor(native: NativeSession, facts: SessionFacts) {
    this.#native = native;
    this.#facts = facts;
    this.how = facts.how;
    this.target = facts.target;
    this.uffd = facts.uffd;
    this.userModeOnly = facts.userModeOnly;
    this.seed = facts.seed;
    this.options = facts.options;
    this.t0 = native.began;
    this.time = new Date(Date.now() - (native.snapshot().now - native.began) / 1e6).toISOString();
    this.scripts = new ScriptBook(this, facts.scriptDeadline ?? 1000, () => this.#recorder.noteChange());
    this.rules = new RuleBook(
      facts.seed,
      {
        setRules: (rules, seed) => {
          native.setRules(rules, seed);
          queueMicrotask(() => this.#recorder.noteChange()); // once the book has them
        },
        ruleCounts: (id) => native.ruleCounts(id),
      },
      (name) => this.scripts.numberOf(name),
      (names) => this.scripts.namedByRules(names),
    );
    const ranges = new RangeBook(native);
    this.#ranges = ranges;
    const hold = (this.#hold = new HoldBook(native));
    this.faults = new RingHistory({
      native,
      t0: this.t0,
      rangeById: (id) => ranges.byId(id),
      startOf: (id) => ranges.startOf(id),
      scriptName: (id) => this.scripts.nameOf(id),
      heldBy: (readAt) => hold.at(readAt),
    });
    this.#events = new EventHistory(native, this.t0, this.target, (index) => this.scripts.noteText(index));
    const { holderPid: holder, target, uffd } = facts;
    const watched = { target: target.pid, holder, fd: uffd.fd, ino: uffd.ino };
    this.#watch = new TargetWatch(native, watched, () => this.#ended());
  }

  /** For those who read the log themselves: headless lines, recorders. */
  get native(): NativeSession {
    return this.#native;
  }

  snapshot(): Snapshot {
    const n = this.#native.snapshot();
    if (this.#holdsForNobody && HANDLERS[n.handler] === 'living') this.setDefault('pass');
    const [p50 = 0, p99 = 0, max = 0] = n.resolved > 0 ? this.#native.quantiles([0.5, 0.99, 1]) : [];
    return {
      now: n.now - this.t0,
      stance: STANCES[n.stance]!,
      handler: HANDLERS[n.handler]!,
      notice: noticeText(n, this) || this.stuck || (n.holdOn === 1 ? this.#hold.notes.join(' ') : ''),
      holdOn: n.holdOn === 1,
      holdFilter: n.holdOn === 1 ? this.#hold.filter : null,
      faults: n.faults,
      resolved: n.resolved,
      failed: n.failed,
      handedBack: n.handedBack,
      held: n.held,
      delayed: n.delayed,
      unread: this.#watch.unread,
      oldestHeld: n.oldestHeldAt ? n.now - n.oldestHeldAt : null,
      lost: 0,
      events: n.lastEvent,
      rangesVersion: n.rangesVersion,
      faultsVersion:
        n.faults +
        n.resolved +
        n.failed +
        n.handedBack +
        n.held +
        n.delayed +
        n.scripted +
        n.version +
        this.faults.marks,
      latency: n.resolved > 0 ? { p50, p99, max } : null,
      alive: this.#watch.alive && n.targetGone === 0,
    };
  }

  /** What was counted so far, with the `top` busiest pages and threads. */
  statistics(top?: number): Promise<Statistics> {
    return readStatistics(this, top);
  }

  ranges(): readonly Range[] {
    return this.#ranges.all();
  }

  rangeById(id: number): Range | undefined {
    return this.#ranges.byId(id);
  }

  events(from: number, max: number): TargetEvent[] {
    return this.#events.read(from, max);
  }

  async hold(filter: string | null): Promise<void> {
    this.#hold.hold(filter); // on before we are armed, so that the very first fault is held
    try {
      await this.arm();
    } catch (error) {
      this.unhold();
      throw error;
    }
  }

  /** Faults that somebody has read, not we, and that have waited unanswered for long, as a sentence; '' for none. */
  get stuck(): string {
    const { held, delayed, scripted } = this.#native.snapshot();
    return stuckText(this.#watch.stuck - held - delayed - scripted);
  }

  /** What may surprise in the hold's filter, one sentence each. */
  get holdNotes(): readonly string[] {
    return this.#hold.notes;
  }

  /** What may surprise in the rules that it began with, one sentence each. */
  get ruleNotes(): readonly string[] {
    return this.#ruleNotes;
  }

  /** Several rules at once, all or none; arms. Gives what may surprise, as sentences. */
  async useRules(texts: readonly string[]): Promise<readonly string[]> {
    const notes = this.rules.addAll(texts);
    await this.arm();
    this.#ruleNotes = [...notes, ...this.rules.warnings(this.options.defaultAnswer)];
    return this.#ruleNotes;
  }

  /** In this order, behind those there are; arms. One that does not load stays out and says why. */
  async useScripts(paths: readonly string[]): Promise<void> {
    await this.scripts.addAll(paths);
    this.scripts.begin();
    await this.arm();
  }

  unhold(): void {
    this.#hold.release();
  }

  /** Become the one who reads. @throws UffdscopeError HANDLER_NOT_FROZEN, TRACED, NOT_PERMITTED. */
  async arm(): Promise<void> {
    const { handler, refusal, pid } = await this.#armed();
    if (refusal !== 0) throw handlerRefusal(refusal, pid);
    if (HANDLERS[handler] !== 'none' || this.#facts.defaultNamed) return;
    this.setDefault('hold');
    this.#holdsForNobody = true;
  }

  /** The keeper of a uffdscope that has just been killed still gives back what that one held: wait for it. */
  async #armed(): ReturnType<NativeSession['arm']> {
    const until = performance.now() + LEFTOVER_MS;
    for (;;) {
      const said = await this.#native.arm();
      if (!isKeeper(said) || performance.now() > until) return said;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /**
   * Let every fault that somebody else has read come again, now to us: for a handler that read and forgot. Arms. A
   * handler that was only slow will answer a second time (EEXIST).
   */
  async redrive(): Promise<void> {
    await this.arm();
    this.#native.redrive();
  }

  setDefault(answer: DefaultAnswer): void {
    this.#holdsForNobody = false;
    this.options = { ...this.options, defaultAnswer: answer };
    this.#native.setSource(answer, this.#facts.source);
  }

  async perform(verb: Verb, seqs: readonly number[]): Promise<VerbOutcome[]> {
    const allowed: number[] = [];
    const refused = new Map<number, string>();
    const handler = HANDLERS[this.#native.snapshot().handler]!;
    for (const seq of seqs) {
      const verdict = this.#legal(verb.verb, seq, handler);
      if (verdict.ok) allowed.push(seq);
      else refused.set(seq, verdict.reason);
    }
    const { requests, failed } = await nativeVerb(verb, allowed, this);
    const outcomes = new Map<number, VerbOutcome>();
    for (const seq of allowed) {
      const reason = failed.get(seq);
      if (reason !== undefined) outcomes.set(seq, { seq, ok: false, message: reason });
    }
    const done = await Promise.all(requests.map((r) => this.#native.act(r.request, r.seqs)));
    for (const o of done.flat()) {
      const errno = o.errno ? ` (errno ${o.errno})` : '';
      outcomes.set(o.seq, { seq: o.seq, ok: o.ok, message: `Fault ${o.seq} ${o.message}${errno}.` });
    }
    return seqs.map(
      (seq) => outcomes.get(seq) ?? { seq, ok: false, message: refused.get(seq) ?? 'It does not wait any more.' },
    );
  }

  legal(verb: VerbName, seq: number): { ok: true } | { ok: false; reason: string } {
    return this.#legal(verb, seq, HANDLERS[this.#native.snapshot().handler]!);
  }

  #legal(verb: VerbName, seq: number, handler: HandlerState): { ok: true } | { ok: false; reason: string } {
    const fault = this.faults.row(seq);
    if (!fault) return { ok: false, reason: `Fault ${seq} is no longer kept.` };
    return legal(verb, {
      kind: fault.kind,
      state: fault.state,
      features: this.uffd.features,
      modes: fault.rangeId === null ? [] : (this.rangeById(fault.rangeId)?.modes ?? []),
      handler,
      edited: fault.edited,
    });
  }

  async preview(seq: number): Promise<PageBytes> {
    const fault = this.faults.row(seq);
    if (!fault) return { known: false, reason: 'This fault is no longer kept.' };
    const bytes = await this.#native.preview(seq, fault.page, fault.pageSize);
    if (typeof bytes !== 'number') return { known: true, bytes };
    return {
      known: false,
      reason: this.#facts.source
        ? 'The source ends before this page.'
        : 'No source was named: it would be handed back. Copy or edit gives it bytes.',
    };
  }

  /** What `source` would give this fault; for previews and for damage done on purpose. */
  sourceBytes(source: Source, fault: Fault): Promise<PageBytes> {
    const range = fault.rangeId === null ? undefined : this.rangeById(fault.rangeId);
    return sourceBytes(source, range ? Number(fault.page - range.start) : 0, fault.pageSize);
  }

  mark(seqs: readonly number[], on: boolean): void {
    this.faults.mark(seqs, on);
  }

  edit(seq: number, bytes: Uint8Array | null): void {
    this.#native.edit(seq, bytes);
  }

  async readPage(page: bigint, length: number): Promise<PageBytes> {
    return pageBytes(await this.#native.readPage(page, length));
  }

  async pageMap(rangeId: number, cells: number): Promise<PageMap> {
    const range = this.rangeById(rangeId);
    if (!range) throw new UffdscopeError('NO_SUCH_UFFD', `Range ${rangeId} is not registered any more.`);
    const runs = await this.#native.pageMap(range.start, range.end);
    const held = this.faults
      .waiting()
      .map((seq) => this.faults.row(seq))
      .filter((f) => f?.rangeId === rangeId)
      .map((f) => Number(f!.page));
    return pageCells(range, runs, held, cells);
  }

  record(path: string, options?: RecordOptions): void {
    this.#recorder.start(path, options);
  }

  get recording(): RecordingState | null {
    return this.#recorder.state;
  }

  async stopRecording(): Promise<RecordingState | null> {
    return (this.#recorded = await this.#recorder.stop(null));
  }

  /** The recording that ended last. */
  get recorded(): RecordingState | null {
    return this.#recorded;
  }

  async release(): Promise<DetachSummary> {
    const released = this.#native.release(false); // first: between the two the default would answer
    this.rules.switchAll(false);
    await this.scripts.switchAll(false);
    const { pages } = await released;
    return { released: pages, restored: 0, behind: null };
  }

  detach(): Promise<DetachSummary> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #leave(): Promise<DetachSummary> {
    const left = await this.#native.release(true); // the watch tells meanwhile that JavaScript lives
    await this.scripts.end(); // behind it: until then the default would answer in their place
    this.#watch.stop();
    this.#recorded = (await this.#recorder.stop({ released: left.pages, restored: 0 })) ?? this.#recorded;
    this.#ended();
    return { released: left.pages, restored: 0, behind: behindOf(left) };
  }

  #ended(): void {
    for (const f of this.#onEnd.splice(0)) f();
  }

  /** Called once, when the target is gone or we left. */
  onEnd(f: () => void): void {
    this.#onEnd.push(f);
  }

  guardTerminal(active: boolean): void {
    this.#native.guardTerminal(active ? 1 : -1, active);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.detach().then(() => undefined);
  }
}
