/** Scripts without processes, for looking at screens: they do what is asked at once and write down that it was asked. */
import type { ScriptCommandRow, ScriptNote, ScriptRow, Scripts } from '../../native/session/script/scripts.js';

export class MemoryScripts implements Scripts {
  version = 1;
  #rows: ScriptRow[] = [];
  #notes: ScriptNote[] = [];
  #listeners: ((note: ScriptNote) => void)[] = [];

  constructor(private readonly calls: string[]) {}

  /** One more, or another state of one that is there. */
  put(row: Partial<ScriptRow> & { readonly name: string }): ScriptRow {
    const old = this.#rows.find(({ name }) => name === row.name);
    const whole: ScriptRow = { ...EMPTY, path: `/home/me/${row.name}.ts`, id: this.#rows.length + 1, ...old, ...row };
    this.#rows = old ? this.#rows.map((one) => (one === old ? whole : one)) : [...this.#rows, whole];
    this.version++;
    return whole;
  }

  note(script: number, kind: ScriptNote['kind'], text: string): void {
    const note = { script, kind, text: `script ${this.nameOf(script)}: ${text}` };
    this.#notes.push(note);
    this.version++;
    for (const listener of this.#listeners) listener(note);
  }

  list(): readonly ScriptRow[] {
    return this.#rows;
  }

  commands(): readonly ScriptCommandRow[] {
    return this.#rows
      .filter(({ state }) => state === 'on')
      .flatMap(({ id, name, commands }) => commands.map((one) => ({ script: id, of: name, ...one })));
  }

  async run(
    script: number,
    command: string,
    args: readonly string[] = [],
    faults: readonly number[] = [],
  ): Promise<string> {
    this.calls.push(`script ${script} runs ${[command, ...args].join(' ')} on ${faults.join(',') || 'nothing'}`);
    return `${command} done`;
  }

  async reload(script: number): Promise<void> {
    this.calls.push(`script ${script} reload`);
    this.note(script, 'note', 'was loaded again');
  }

  async switch(script: number, on: boolean): Promise<void> {
    this.calls.push(`script ${script} ${on ? 'on' : 'off'}`);
    this.put({ name: this.nameOf(script), state: on ? 'on' : 'off', why: on ? '' : 'It was switched off by hand.' });
  }

  async remove(script: number): Promise<void> {
    this.calls.push(`script ${script} remove`);
    this.#rows = this.#rows.filter(({ id }) => id !== script);
    this.version++;
  }

  notes(from = 0): readonly ScriptNote[] {
    return this.#notes.slice(from);
  }

  onNote(listener: (note: ScriptNote) => void): () => void {
    this.#listeners.push(listener);
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== listener);
    };
  }

  nameOf(script: number): string {
    return this.#rows.find(({ id }) => id === script)?.name ?? String(script);
  }

  verdicts(): readonly [] {
    return [];
  }
}

const EMPTY: Omit<ScriptRow, 'id' | 'name' | 'path'> = {
  state: 'on',
  why: '',
  filter: null,
  hooks: ['onFault'],
  commands: [],
  asked: 0,
  answered: 0,
  passedOn: 0,
  failed: 0,
  missed: 0,
  median: null,
  counters: {},
  pid: 4100,
};
