/** The scripts of a session: which, in which order, what they said. Every change goes to the engine at once. */
import { UffdscopeError } from '../errors.js';
import { safeText } from '../safe-text.js';
import type { Verdict } from '../expect/verdict.js';
import type { NativeJoin } from '../session.js';
import type { Verb } from '../types.js';
import { countsOf, newEntry, programOf, rowOf, sentence, verdictsOf, type Entry } from './script-entry.js';
import { ScriptCalls } from './script-calls.js';
import { ScriptNotes } from './script-notes.js';
import { stampOf, watchScript } from './script-watch.js';
import { checkScriptFile } from './script-file.js';
import { nameOf } from './script-name.js';
import type { FromScript, Manifest } from './messages.js';
import { OFF_REASONS, ScriptProcess } from './script-process.js';
import { ScriptFeed } from './script-feed.js';
import type { ScriptNote, ScriptRow, Scripts } from './scripts.js';
import type { ScriptRange } from './types.js';

const LOOK_MS = 50;
/** An error that comes with every fault is said so often, then counted. */
const SAME_ERROR = 3;
const MISSED_EVERY_MS = 5000;

export class ScriptBook implements Scripts {
  readonly #session: NativeJoin;
  readonly #deadline: number;
  #entries: Entry[] = [];
  /** Their names stand in records, and what did not hold is not undone. */
  #removed: Entry[] = [];
  #next = 1;
  #version = 0;
  readonly #notes = new ScriptNotes();
  readonly #calls = new ScriptCalls();
  #named: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #parting: ScriptProcess[] = [];
  #ranges = -1;
  #ended = false;
  #paused = false;

  /** `deadline`: ms after which the default answers. `changed` hears of other scripts and names before they are asked. */
  constructor(
    session: NativeJoin,
    deadline: number,
    private readonly changed: () => void = () => undefined,
  ) {
    this.#session = session;
    this.#deadline = deadline;
  }

  /** Bumped with every change and every line. */
  get version(): number {
    return this.#version;
  }

  list(): ScriptRow[] {
    return this.#entries.map(rowOf);
  }

  /** All named commands of scripts that are on. */
  commands(): { readonly script: number; readonly of: string; readonly name: string; readonly about: string }[] {
    return this.#entries
      .filter((e) => e.state === 'on')
      .flatMap((e) => (e.process?.manifest?.commands ?? []).map((c) => ({ script: e.id, of: e.name, ...c })));
  }

  /** What it returned, as text. @throws UffdscopeError SCRIPT. */
  async run(
    script: number,
    command: string,
    args: readonly string[] = [],
    faults: readonly number[] = [],
  ): Promise<string> {
    const entry = this.#entry(script);
    if (entry.state !== 'on' || !entry.process)
      throw new UffdscopeError('SCRIPT', `The script ${entry.name} is not on.`, entry.why);
    const { ok, text } = await this.#calls.run(entry.process, command, args, faults);
    if (!ok) throw new UffdscopeError('SCRIPT', safeText(text), `It is the command ${command} of ${entry.name}.`);
    return safeText(text);
  }

  /** Lines of and about scripts, oldest first, from number `from` on. */
  notes(from = 0): readonly ScriptNote[] {
    return this.#notes.from(from);
  }
  /** The text of a note by its number in the log. */
  noteText(index: number): string {
    return this.#notes.text(index);
  }
  onNote(listener: (note: ScriptNote) => void): () => void {
    return this.#notes.listen(listener);
  }

  nameOf(id: number): string {
    return (this.#entries.find((e) => e.id === id) ?? this.#removed.find((e) => e.id === id))?.name ?? String(id);
  }

  /** For rules. @throws UffdscopeError RULES. */
  numberOf(name: string): number {
    const entry = this.#entries.find((e) => e.name === name);
    if (!entry) {
      const known = this.#entries.map((e) => e.name).join(', ');
      throw new UffdscopeError(
        'RULES',
        `No script is called ${name}.`,
        known ? `There are: ${known}.` : 'Load it with --script FILE.',
      );
    }
    return entry.id;
  }

  /** A script that rules name is asked only about what they give it. */
  namedByRules(names: ReadonlySet<string>): void {
    if (!this.#paused && [...names].join() === [...this.#named].join()) return;
    this.#named = names;
    this.begin();
  }

  /** Several at once. None is asked before `begin`, so that rules which name them come first. */
  async addAll(paths: readonly string[]): Promise<void> {
    this.#paused = true;
    await Promise.all(paths.map((path) => this.add(path)));
  }
  begin(): void {
    this.#paused = false;
    this.#publish();
  }

  /**
   * Behind the others. One that does not load stays out: its state is then `failed` and its `why` says where.
   * @throws UffdscopeError SCRIPT: there is no such file.
   */
  async add(path: string): Promise<number> {
    const full = checkScriptFile(path);
    const entry = newEntry(this.#next++, full, this.#freeName(nameOf(full)));
    this.#entries.push(entry);
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref();
    this.#watchFile(entry);
    await this.#load(entry);
    return entry.id;
  }

  /** Loads its file again; the process that runs serves until the new one is ready. */
  reload(script: number): Promise<void> {
    const entry = this.#entry(script);
    entry.reloading ??= this.#load(entry).finally(() => (entry.reloading = null));
    return entry.reloading;
  }

  async switch(script: number, on: boolean): Promise<void> {
    const entry = this.#entry(script);
    if (!on) {
      if (entry.state !== 'on') return;
      entry.state = 'off';
      entry.why = 'It was switched off by hand.';
      return this.#publish();
    }
    if (entry.state === 'on') return;
    if (entry.process?.alive && entry.process.counts().off === 0 && !entry.process.counts().parted) {
      entry.state = 'on';
      entry.why = '';
      return this.#publish();
    }
    await this.reload(script);
  }

  /** Its onDetach, then its end. What it was asked about it may still answer until the deadline. */
  async remove(script: number): Promise<void> {
    const entry = this.#entry(script);
    this.#entries = this.#entries.filter((e) => e !== entry);
    this.#removed.push(entry);
    entry.watcher?.close();
    if (entry.process) this.#parting.push(entry.process);
    this.#say(entry, 'note', 'was taken out');
    this.#publish();
  }

  async switchAll(on: boolean): Promise<void> {
    for (const { id } of [...this.#entries]) await this.switch(id, on);
  }

  /** Each script, with what did not hold, why it is off or never loaded. One that was switched off by hand is all right. */
  verdicts(): Verdict[] {
    return [...this.#entries, ...this.#removed].flatMap(verdictsOf);
  }

  /** onDetach of each, then their end. The session has let go: nothing is asked any more. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#timer);
    for (const e of this.#entries) e.watcher?.close();
    const all = [...this.#entries.flatMap((e) => (e.process ? [e.process] : [])), ...this.#parting];
    // Switched off a moment ago, by the engine: the end of its process would come too late to tell.
    for (const entry of this.#entries) {
      const why = entry.process && offText(entry.process.counts().off);
      if (why) this.#turnOff(entry, why);
    }
    await Promise.all(all.map((p) => p.alive && p.part()));
  }

  async #load(entry: Entry): Promise<void> {
    const first = entry.process === null;
    entry.stamp = stampOf(entry.path);
    let born: ScriptProcess | null = null;
    try {
      const fresh = new ScriptProcess({
        native: this.#session.native,
        script: entry.id,
        path: entry.path,
        name: entry.name,
        begin: {
          say: 'begin',
          path: entry.path,
          name: entry.name,
          seed: this.#session.seed,
          target: this.#session.target,
          ranges: this.#scriptRanges(),
          memory: 0,
        },
        hear: (message) => this.#hear(entry, fresh, message),
        printed: (line) => this.#say(entry, 'log', line),
        ended: (why) => this.#processEnded(entry, fresh, why),
      });
      born = fresh;
      const manifest = await fresh.ready();
      if (this.#removed.includes(entry)) return fresh.kill('it was taken out');
      entry.program = programOf(manifest);
      this.#replace(entry, fresh, manifest);
    } catch (error) {
      born?.kill('it did not load');
      const why = sentence((error as Error).message);
      if (first || entry.state !== 'on') {
        entry.state = 'failed';
        entry.why = why;
        this.#say(entry, 'error', `did not load: ${why}`);
      } else {
        this.#say(entry, 'error', `did not load again, the one before it goes on: ${why}`);
      }
    }
  }

  #replace(entry: Entry, fresh: ScriptProcess, manifest: Manifest): void {
    const old = entry.process;
    if (old) {
      entry.before = countsOf(entry);
      this.#parting.push(old);
    }
    if (manifest.name !== entry.name && manifest.name !== nameOf(entry.path))
      entry.name = this.#freeName(manifest.name, entry);
    entry.process = fresh;
    entry.state = 'on';
    entry.why = '';
    entry.errors.clear();
    const hears = manifest.hooks.includes('onEvent') || manifest.hooks.includes('onResolved');
    entry.feed = hears ? (entry.feed ?? new ScriptFeed(this.#session)) : null;
    if (entry.feed) entry.feed.busy = false;
    this.#publish();
    if (old) this.#say(entry, 'note', 'was loaded again');
  }

  #publish(): void {
    this.#version++;
    this.changed();
    if (this.#paused) return;
    const on = this.#entries.filter((e) => e.state === 'on' && e.process !== null);
    this.#session.native.setScripts(
      on.map((e) => ({
        handle: e.process!.handle,
        deadline: Math.round(this.#deadline * 1e6),
        filter: e.program,
        asksFaults: e.process!.manifest!.hooks.includes('onFault') && !this.#named.has(e.name),
      })),
    );
  }

  #hear(entry: Entry, from: ScriptProcess, message: FromScript): void {
    switch (message.say) {
      case 'log':
        return this.#say(entry, 'log', message.text);
      case 'error':
        return this.#error(entry, message.text);
      case 'counts':
        entry.counters = message.counts;
        this.#version++;
        return;
      case 'expected':
        if (!entry.expected.has(message.text)) this.#say(entry, 'error', `expected: ${message.text}`);
        entry.expected.set(message.text, message.times);
        return;
      case 'fed':
        if (entry.feed) entry.feed.busy = false;
        return;
      case 'done':
        return this.#calls.answered(message);
      case 'perform':
        void this.#perform(from, message.call, message.verb, message.seqs);
        return;
      default:
    }
  }

  async #perform(from: ScriptProcess, call: number, verb: Verb, seqs: readonly number[]): Promise<void> {
    let outcomes;
    try {
      outcomes = await this.#session.perform(verb, seqs);
    } catch (error) {
      outcomes = seqs.map((seq) => ({ seq, ok: false, message: (error as Error).message }));
    }
    from.send({ say: 'performed', call, outcomes });
  }

  #error(entry: Entry, text: string): void {
    entry.wrong = { first: entry.wrong?.first ?? text, times: (entry.wrong?.times ?? 0) + 1 };
    const times = (entry.errors.get(text) ?? 0) + 1;
    if (entry.errors.size > 200) entry.errors.clear();
    entry.errors.set(text, times);
    if (times < SAME_ERROR) this.#say(entry, 'error', text);
    else if (times === SAME_ERROR) this.#say(entry, 'error', `${text} (further ones like it are not said)`);
  }

  #processEnded(entry: Entry, process: ScriptProcess, why: string): void {
    this.#calls.ended(process, why);
    if (entry.process !== process || this.#ended) return;
    this.#off(entry, offText(process.counts().off) ?? `${why}; it is switched off`);
  }

  #off(entry: Entry, why: string): void {
    this.#turnOff(entry, why);
    this.#publish();
  }

  #turnOff(entry: Entry, why: string): void {
    entry.before = countsOf(entry);
    entry.process = null;
    entry.state = 'off';
    entry.why = sentence(why);
    this.#say(entry, 'error', why);
  }

  #say(entry: Entry, kind: ScriptNote['kind'], raw: string): void {
    const index = this.#notes.say(entry.id, entry.name, kind, raw);
    this.#version++;
    this.#session.native.noteScript(entry.id, index);
  }

  /** At once when it begins, then now and then. */
  #sayMissed(entry: Entry): void {
    const { missed } = countsOf(entry);
    if (missed === entry.saidMissed || performance.now() - entry.saidMissedAt < MISSED_EVERY_MS) return;
    const since = missed - entry.saidMissed;
    entry.saidMissed = missed;
    entry.saidMissedAt = performance.now();
    const faults = `${since} ${since === 1 ? 'fault' : 'faults'}`;
    this.#say(entry, 'error', `missed its deadline of ${this.#deadline} ms for ${faults}; the default answered`);
  }

  /** A few times a second: new ranges, what happened, what has parted. */
  #look(): void {
    const version = this.#session.native.rangesVersion();
    if (version !== this.#ranges) {
      this.#ranges = version;
      const ranges = this.#scriptRanges();
      for (const e of this.#entries) e.process?.send({ say: 'ranges', ranges });
    }
    for (const entry of this.#entries) this.#sayMissed(entry);
    for (const { feed, process: p } of this.#entries) {
      if (!feed || feed.busy || !p?.manifest) continue;
      const batch = feed.take(p.manifest.hooks.includes('onResolved'));
      if (!batch) continue;
      feed.busy = true;
      p.send({ say: 'events', ...batch });
    }
    for (const old of this.#parting.filter((p) => p.counts().parted || !p.alive)) {
      this.#parting = this.#parting.filter((p) => p !== old);
      void old.part();
    }
  }

  #scriptRanges(): ScriptRange[] {
    return this.#session.ranges().map(({ id, name, start, end, modes, pageSize, path }) => ({
      id,
      name,
      start,
      end,
      modes,
      pageSize,
      path,
    }));
  }

  #watchFile(entry: Entry): void {
    entry.watcher = watchScript(entry.path, (stamp) => {
      if (stamp !== entry.stamp && !this.#ended && this.#entries.includes(entry)) void this.reload(entry.id);
    });
    if (entry.watcher === null) this.#say(entry, 'note', 'its folder cannot be watched: a change is loaded by hand');
  }

  #entry(id: number): Entry {
    const entry = this.#entries.find((e) => e.id === id);
    if (!entry) throw new UffdscopeError('SCRIPT', `There is no script ${id}.`, 'See the scripts: :scripts');
    return entry;
  }

  #freeName(wanted: string, self?: Entry): string {
    const taken = (name: string): boolean => this.#entries.some((e) => e !== self && e.name === name);
    for (let n = 1; ; n++) {
      const name = n === 1 ? wanted : `${wanted}-${n}`;
      if (!taken(name)) return name;
    }
  }
}

/** Why the engine switched it off; null: it did not. `off` is a ScriptOff of engine/scripts/script_port.h. */
function offText(off: number): string | null {
  switch (OFF_REASONS[off]) {
    case 'endless':
      return 'it did not come back within its deadline (an endless loop?); it is switched off';
    case 'misses':
      return 'it failed three times in a row; it is switched off';
    default:
      return null;
  }
}
