/**
 * A Session without a kernel, for looking at screens and for testing what cannot be arranged on a real one (a million
 * past faults at once). It lives in the tests only; everything a user runs stands on the native engine.
 */
import type {
  Action,
  Counts,
  DetachSummary,
  FaultKind,
  PageBytes,
  PageMap,
  Range,
  RecordingState,
  Session,
  Snapshot,
  TargetEvent,
  Verb,
  VerbOutcome,
} from '../../native/session/types.js';
import { RuleBook } from '../../native/session/rules/index.js';
import { MemoryFaults } from './memory-faults.js';
import { MemoryScripts } from './memory-scripts.js';

export interface MemoryOptions {
  /** Faults answered before the screen opens. */
  readonly past?: number;
  /** Faults held from the beginning. */
  readonly held?: number;
  /** New faults a second, answered at once. */
  readonly perSecond?: number;
  readonly how?: Session['how'];
  readonly comm?: string;
  /** Rules from the beginning; what is held is then held by the first. */
  readonly rules?: readonly string[];
  /** ms that handing back takes. */
  readonly slowDetach?: number;
}

const PAGE = 4096;
const MI = 1 << 20;

export class MemorySession implements Session {
  readonly how: Session['how'];
  readonly target;
  readonly uffd = { ino: 87723, fd: 7, features: ['THREAD_ID'], nonblocking: true, initialized: true };
  readonly userModeOnly = false;
  readonly seed = 1;
  readonly options = {
    defaultAnswer: 'zero' as const,
    maxHold: 30_000,
    granularity: PAGE,
    sourceText: '/tmp/heap.img',
  };
  readonly faults: MemoryFaults;
  /** What was asked of the session, for tests to read. */
  readonly calls: string[] = [];
  readonly scripts = new MemoryScripts(this.calls);
  notice = '';
  #ranges: Range[];
  #events: TargetEvent[] = [];
  #version = 1;
  #holdOn = false;
  #holdFilter: string | null = null;
  #stance: Snapshot['stance'] = 'looking';
  #resolved = 0;
  #failed = 0;
  #handedBack = 0;
  #started = performance.now() - 12_000;
  #timer: NodeJS.Timeout | null = null;
  readonly rules = new RuleBook(this.seed, {
    setRules: (rules) => {
      this.calls.push(`rules ${rules.map(({ id }) => id).join(',') || 'none'}`);
      // As the engine does: what a rule keeps goes on when it goes.
      for (const seq of this.faults.waiting()) {
        const by = this.faults.row(seq)?.by ?? '';
        if (by.startsWith('rule:') && !rules.some(({ id }) => by === `rule:${id}`))
          this.#answer(seq, 'wake', 'operator');
      }
    },
    ruleCounts: (id) => ({ matched: id === 1 ? 1204 : 0, acted: id === 1 ? 12 : 0 }),
  });
  readonly #random = generator(7);
  readonly #slowDetach: number;

  constructor(options: MemoryOptions = {}) {
    this.how = options.how ?? 'join';
    this.#slowDetach = options.slowDetach ?? 0;
    this.target = {
      pid: 4012,
      comm: options.comm ?? 'demo',
      cmdline: `${options.comm ?? 'demo'} --threads 4 --map 1G`,
    };
    this.#ranges = [
      range(0, 0x7f31a0000000n, 512 * MI, 'heap[0]', ['missing', 'wp'], ''),
      range(1, 0x7f5200000000n, 1024 * MI, 'shm:cache', ['missing'], '/dev/shm/cache'),
      range(2, 0x7f6000000000n, 64 * MI, 'shm:db', ['minor'], '/dev/shm/db'),
    ];
    const past = options.past ?? 30;
    this.faults = new MemoryFaults(
      Math.max(past + 100_000, 1000),
      () => this.#ranges,
      () => this.#now,
      4012,
    );
    for (let i = 0; i < past; i++) this.#arrive((this.#now * i) / past, false);
    if (options.rules?.length) this.rules.addAll(options.rules);
    if (options.held) {
      this.#holdOn = this.rules.list().length === 0;
      if (this.#holdOn) this.#hold('everything');
      this.#stance = 'armed';
      for (let i = 0; i < options.held; i++) this.#arrive(this.#now - (i === 0 ? 4.2e9 : 1.1e9 - i * 1e8), true);
    }
    this.#event('attach', 'pid 4012 via pidfd');
    this.#event('fork', 'child 4019 uffd 9');
    this.#event('remap', '0x7f3100000000 -> 0x7f5200000000 2 MiB');
    if (options.perSecond) this.#traffic(options.perSecond);
  }

  get #now(): number {
    return (performance.now() - this.#started) * 1e6;
  }

  snapshot(): Snapshot {
    const waiting = this.faults.waiting();
    const held = waiting.filter((seq) => this.faults.row(seq)?.state === 'held');
    const oldest = held[0] === undefined ? null : this.faults.row(held[0])!.age;
    return {
      now: this.#now,
      stance: this.#stance,
      handler: this.#stance === 'looking' ? 'living' : 'frozen',
      notice: this.notice,
      holdOn: this.#holdOn,
      holdFilter: this.#holdFilter,
      faults: this.faults.last,
      resolved: this.#resolved,
      failed: this.#failed,
      handedBack: this.#handedBack,
      held: held.length,
      delayed: waiting.length - held.length,
      unread: 0,
      oldestHeld: oldest,
      lost: this.faults.first - 1,
      events: this.#events.length,
      rangesVersion: 1,
      faultsVersion: this.#version,
      latency: { p50: 41e3, p99: 212e3, max: 4.2e6 },
      alive: true,
    };
  }

  ranges(): readonly Range[] {
    return this.#ranges;
  }

  events(from: number, max: number): TargetEvent[] {
    return this.#events.slice(Math.max(0, from - 1)).slice(0, max);
  }

  #hold(words: string | null): void {
    this.faults.holds.push({ before: this.faults.last, words });
  }

  async hold(filter: string | null): Promise<void> {
    this.calls.push(`hold ${filter ?? 'everything'}`);
    this.#holdOn = true;
    this.#holdFilter = filter;
    this.#hold(filter ?? 'everything');
    this.#stance = 'armed';
    this.#event('hold', filter ?? 'everything');
  }

  async useRules(texts: readonly string[]): Promise<readonly string[]> {
    const notes = this.rules.addAll(texts);
    this.#stance = 'armed';
    return [...notes, ...this.rules.warnings()];
  }

  async useScripts(paths: readonly string[]): Promise<void> {
    for (const path of paths) this.scripts.put({ name: path.replace(/^.*\/|\.\w+$/g, ''), path });
    this.#stance = 'armed';
  }

  async redrive(): Promise<void> {
    this.calls.push('redrive');
  }

  unhold(): void {
    this.calls.push('unhold');
    this.#holdOn = false;
    this.#hold(null);
    this.#event('hold', 'off');
  }

  async perform(verb: Verb, seqs: readonly number[]): Promise<VerbOutcome[]> {
    this.calls.push(`${verb.verb} ${seqs.join(',')}`);
    this.#version++;
    return seqs.map((seq) => {
      const legal = this.legal(verb.verb, seq);
      if (!legal.ok) return { seq, ok: false, message: legal.reason };
      if (verb.verb === 'delay') {
        this.faults.settle(seq, 'delayed', '', '', -1);
        setTimeout(() => this.#answer(seq, 'zero', 'operator'), verb.ms);
        return { seq, ok: true, message: `delayed by ${verb.ms} ms` };
      }
      if (verb.verb === 'script') {
        this.#answer(seq, 'zero', `script:${verb.script}`);
        return { seq, ok: true, message: `Fault ${seq} is answered.` };
      }
      const action: Action = verb.verb === 'answer' ? (this.faults.edits.has(seq) ? 'copy' : 'zero') : verb.verb;
      this.#answer(seq, action, 'operator');
      return { seq, ok: true, message: `${action}: 4096 bytes` };
    });
  }

  legal(verb: Verb['verb'] | 'move', seq: number): { ok: true } | { ok: false; reason: string } {
    const fault = this.faults.row(seq);
    if (fault === null) return no('this fault was overwritten');
    if (verb === 'move') return no('UFFDIO_MOVE works inside one process only: the kernel refuses it from outside');
    if (fault.state !== 'held' && fault.state !== 'delayed') return no('this fault is not waiting any more');
    if (verb === 'unprotect' && fault.kind !== 'wp') return no('only a write-protect fault can be unprotected');
    if (verb === 'continue' && fault.kind !== 'minor') return no('only a minor fault can be continued');
    if ((verb === 'zero' || verb === 'copy') && fault.kind !== 'missing')
      return no(`the page is there already: a ${fault.kind} fault takes no bytes`);
    return { ok: true };
  }

  async preview(seq: number): Promise<PageBytes> {
    const fault = this.faults.row(seq);
    if (fault === null || fault.latency !== null) return { known: false, reason: 'it has been answered' };
    return { known: true, bytes: this.faults.edits.get(seq) ?? pageBytes(fault.page) };
  }

  edit(seq: number, bytes: Uint8Array | null): void {
    this.calls.push(`edit ${seq} ${bytes === null ? 'revert' : Buffer.from(bytes.subarray(0, 4)).toString('hex')}`);
    if (bytes === null) this.faults.edits.delete(seq);
    else this.faults.edits.set(seq, bytes);
    this.#version++;
  }

  mark(seqs: readonly number[], on: boolean): void {
    for (const seq of seqs) {
      if (on) this.faults.marks.add(seq);
      else this.faults.marks.delete(seq);
    }
    this.#version++;
  }

  async readPage(page: bigint, length: number): Promise<PageBytes> {
    if (page % 3n === 0n) return { known: false, reason: 'the page is missing: nothing is there to read' };
    return { known: true, bytes: pageBytes(page + 1n).subarray(0, length) };
  }

  async pageMap(rangeId: number, cells: number): Promise<PageMap> {
    const { start, end } = this.#ranges[rangeId]!;
    const bytes = Number(end - start);
    const pages = Math.max(1, Math.ceil(bytes / PAGE / cells));
    const used = Math.ceil(bytes / PAGE / pages);
    return {
      rangeId,
      cellBytes: pages * PAGE,
      cells: Array.from({ length: used }, (_, i) => ({
        pages,
        present: i < used / 3 ? pages : i % 7 === 0 ? Math.floor(pages / 2) : i % 5 === 0 ? 1 : 0,
        wp: 0,
        poisoned: i === Math.floor(used * 0.8) ? 1 : 0,
        swapped: 0,
        held: i === Math.floor(used / 2) ? this.faults.waiting().length : 0,
      })),
      resident: 0.38,
    };
  }

  async release(): Promise<DetachSummary> {
    this.calls.push('release');
    const held = this.faults.waiting();
    for (const seq of held) this.#answer(seq, 'wake', 'operator');
    this.rules.switchAll(false);
    this.#holdOn = false;
    this.#stance = 'looking';
    this.#version++;
    return { released: held.length, restored: 0, behind: null };
  }

  async detach(): Promise<DetachSummary> {
    if (this.#timer) clearInterval(this.#timer);
    this.calls.push('detach');
    if (this.#slowDetach > 0) await new Promise((done) => setTimeout(done, this.#slowDetach).unref());
    const summary = { released: this.faults.waiting().length, restored: 0, behind: null };
    for (const seq of this.faults.waiting()) this.#answer(seq, 'wake', 'operator');
    this.#stance = 'left';
    return summary;
  }

  async statistics(): Promise<Counts> {
    const one = { count: 20, p50: 41e3, p90: 80e3, p99: 212e3, p999: 900e3, max: 4.2e6 };
    const latencies = [
      { kind: 'missing' as const, action: 'zero' as const, ...one },
      { kind: 'wp' as const, action: 'unprotect' as const, ...one, p50: 9e3, max: 3.1e9 },
    ];
    return { rate: 182, races: 0, latencies, pages: [{ page: 0x7f31a0001000n, range: 'heap[0]+0x1000', faults: 7 }] };
  }

  recording: RecordingState | null = null;
  recorded: RecordingState | null = null;

  record(path: string): void {
    this.calls.push(`record ${path}`);
    this.recording = { path, bytes: 1_258_291, faults: 0, lost: 0, dropped: 0, files: 1, error: null };
  }

  async stopRecording(): Promise<RecordingState | null> {
    this.recorded = this.recording;
    this.recording = null;
    return this.recorded;
  }

  guardTerminal(active: boolean): void {
    this.calls.push(`guardTerminal ${active} ${process.stdin.isRaw ? 'raw' : 'cooked'}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.detach();
  }

  /** One more fault that is held. */
  holdOne(): number {
    this.#holdOn = true;
    this.#stance = 'armed';
    this.#version++;
    return this.#arrive(this.#now, true);
  }

  #traffic(perSecond: number): void {
    const every = 20;
    let debt = 0;
    this.#timer = setInterval(() => {
      for (debt += (perSecond * every) / 1000; debt >= 1; debt--) this.#arrive(this.#now, false);
      this.#version++;
    }, every);
  }

  #arrive(t: number, held: boolean): number {
    const r = this.#random();
    const kind: FaultKind = held
      ? (['wp', 'missing', 'missing'] as const)[this.faults.last % 3]!
      : r < 0.1
        ? 'minor'
        : r < 0.3
          ? 'wp'
          : 'missing';
    const at = kind === 'minor' ? 2 : kind === 'wp' ? 0 : r < 0.6 ? 0 : 1;
    const bytes = Number(this.#ranges[at]!.end - this.#ranges[at]!.start);
    const offset = Math.floor(this.#random() * (bytes / PAGE)) * PAGE + Math.floor(r * 64) * 8;
    const tid = 4012 + Math.floor(this.#random() * 6);
    const seq = this.faults.add(
      { t, tid, kind, access: kind === 'wp' || r < 0.4 ? 'write' : 'read', range: at, offset },
      held ? 'held' : 'read',
      held && this.rules.list().length > 0 ? 'rule:1' : '',
    );
    this.#ranges[at] = {
      ...this.#ranges[at]!,
      faults: this.#ranges[at]!.faults + 1,
      held: this.#ranges[at]!.held + (held ? 1 : 0),
    };
    if (!held) {
      const failed = this.#random() < 0.001;
      const action: Action = kind === 'wp' ? 'unprotect' : kind === 'minor' ? 'continue' : 'zero';
      this.faults.settle(seq, failed ? 'failed' : 'resolved', action, 'default', 20e3 + r * 80e3, failed ? 14 : 0);
      if (failed) this.#failed++;
      else this.#resolved++;
    }
    return seq;
  }

  #answer(seq: number, action: Action, by: string): void {
    const fault = this.faults.row(seq);
    if (fault === null) return;
    this.faults.settle(seq, action === 'wake' ? 'gone' : 'resolved', action, by, this.#now - fault.t);
    if (action === 'wake') this.#handedBack++;
    else this.#resolved++;
    const at = fault.rangeId ?? 0;
    this.#ranges[at] = { ...this.#ranges[at]!, held: Math.max(0, this.#ranges[at]!.held - 1) };
    this.#version++;
  }

  #event(type: TargetEvent['type'], detail: string): void {
    this.#events.push({ index: this.#events.length + 1, t: this.#now, type, pid: 4012, detail });
  }
}

function no(reason: string): { ok: false; reason: string } {
  return { ok: false, reason };
}

function range(id: number, start: bigint, bytes: number, name: string, modes: Range['modes'], path: string): Range {
  return { id, pid: 4012, start, end: start + BigInt(bytes), modes, name, path, prot: 'rw-', pageSize: PAGE, shared: path !== '', faults: 0, held: 0 }; // prettier-ignore
}

/** Bytes that differ by page and look like something. */
function pageBytes(page: bigint): Uint8Array {
  const bytes = new Uint8Array(PAGE);
  bytes.set(Buffer.from('7f454c46020101000000000000000000', 'hex'));
  bytes.set(new TextEncoder().encode(`page ${page.toString(16)}`), 64);
  for (let i = 16; i < 64; i++) bytes[i] = Number((page >> BigInt(i % 40)) & 0xffn);
  return bytes;
}

/** mulberry32: the same faults at every run. */
function generator(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
