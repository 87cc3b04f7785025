/** A person at a terminal: keys go in, and what an emulator shows comes out. */
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { spawn, type IPty } from '@lydell/node-pty';
import xterm from '@xterm/headless';

export const ROOT = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const DEV = path.join(ROOT, 'test', 'tui', 'dev.ts');

export interface StartOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** Another program than this node. */
  readonly program?: string;
}

const NAMED: Readonly<Record<string, string>> = {
  enter: '\r', esc: '\x1b', tab: '\t', 'shift-tab': '\x1b[Z', space: ' ', backspace: '\x7f',
  up: '\x1b[A', down: '\x1b[B', right: '\x1b[C', left: '\x1b[D', home: '\x1b[H', end: '\x1b[F',
  pageup: '\x1b[5~', pagedown: '\x1b[6~',
}; // prettier-ignore

/** `ctrl-x` to its byte, a name to its sequence, a character to itself. */
export function bytesOf(key: string): string {
  const control = /^ctrl-(.)$/.exec(key);
  return control ? String.fromCharCode(control[1]!.charCodeAt(0) & 0x1f) : (NAMED[key] ?? key);
}

export class Terminal {
  readonly emulator;
  readonly pty: IPty;
  raw = '';
  #kept = '';
  /** What the row above the hints said since the last key: a slow test must not miss what a person would have read. */
  #said: string[] = [];
  exit: { exitCode: number; signal?: number | undefined } | null = null;

  constructor(args: readonly string[], options: StartOptions = {}) {
    const { columns = 120, rows = 40, program = process.execPath } = options;
    this.emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 500 });
    const env = { ...process.env, LANG: 'C.UTF-8', TERM: 'xterm-256color', NODE_ENV: 'production', ...options.env };
    for (const name of ['LC_ALL', 'LC_CTYPE', 'NO_COLOR', 'FORCE_COLOR', 'CI']) {
      if (!(name in (options.env ?? {}))) delete (env as NodeJS.ProcessEnv)[name];
    }
    this.pty = spawn(program, [...args], { cols: columns, rows, cwd: ROOT, name: env.TERM, env });
    this.pty.onData((data) => {
      this.raw += data;
      this.#show(data);
    });
    this.pty.onExit((exit) => (this.exit = exit));
  }

  /** The screen on faults in memory. */
  static dev(args: readonly string[] = [], options: StartOptions = {}): Terminal {
    return new Terminal(['--import', 'tsx', DEV, ...args], options);
  }

  /** bin/uffdscope.js as it is built. */
  static cli(args: readonly string[], options: StartOptions = {}): Terminal {
    return new Terminal([path.join(ROOT, 'bin', 'uffdscope.js'), ...args], options);
  }

  /** Under a shell with job control. */
  static shell(command: string, options: StartOptions = {}): Terminal {
    const terminal = new Terminal(['--noprofile', '--norc', '-i'], { ...options, program: '/bin/bash' });
    terminal.send(`${command}\r`);
    return terminal;
  }

  /** A frame is shown when it is whole, as terminals that know synchronized output do. */
  #show(data: string): void {
    this.#kept += data;
    const begin = this.#kept.lastIndexOf('\x1b[?2026h');
    const whole = begin < 0 || this.#kept.indexOf('\x1b[?2026l', begin) >= 0;
    const show = whole ? this.#kept.length : begin;
    this.emulator.write(this.#kept.slice(0, show), () => {
      const row = this.rows.at(-2) ?? '';
      if (row !== this.#said.at(-1)) this.#said.push(row);
    });
    this.#kept = this.#kept.slice(show);
  }

  send(bytes: string): void {
    this.pty.write(bytes);
  }

  /** One key after the other, each given time to be one. */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      const before = this.raw.length;
      this.#said = [];
      this.send(bytesOf(key));
      await pause(key === 'esc' ? 90 : 25);
      // Read together with the next key it would be another one (alt-): it is over once the screen has answered.
      if (key === 'esc') await this.#answers(before);
    }
  }

  async #answers(before: number): Promise<void> {
    for (const end = Date.now() + 3000; this.raw.length === before && Date.now() < end;) await pause(15);
    await pause(60);
  }

  async type(text: string): Promise<void> {
    for (const char of text) await this.press(char);
  }

  /** What a person sees, row by row, without blanks at the right. */
  get rows(): string[] {
    const { active } = this.emulator.buffer;
    return Array.from(
      { length: this.emulator.rows },
      (_, y) => active.getLine(active.baseY + y)?.translateToString(true) ?? '',
    );
  }

  get text(): string {
    return this.rows.join('\n');
  }

  get alternate(): boolean {
    return this.emulator.buffer.active.type === 'alternate';
  }

  cell(
    x: number,
    y: number,
  ): ReturnType<NonNullable<ReturnType<typeof this.emulator.buffer.active.getLine>>['getCell']> {
    return this.emulator.buffer.active.getLine(this.emulator.buffer.active.baseY + y)?.getCell(x);
  }

  /** Column and row at which a text stands first. */
  find(text: string): { x: number; y: number } {
    const y = this.rows.findIndex((row) => row.includes(text));
    if (y < 0) throw new Error(`${JSON.stringify(text)} is not on the screen:\n${this.text}`);
    return { x: this.rows[y]!.indexOf(text), y };
  }

  async until(what: string, test: RegExp | (() => boolean), ms = 15_000): Promise<void> {
    const end = Date.now() + ms;
    for (;;) {
      await new Promise<void>((done) => this.emulator.write('', done));
      if (typeof test === 'function' ? test() : test.test(this.text) || this.#said.some((row) => test.test(row)))
        return;
      if (Date.now() > end)
        throw new Error(
          `${what}: not within ${ms} ms; on the screen:\n${this.text}\nexit ${JSON.stringify(this.exit)}`,
        );
      await pause(15);
    }
  }

  /** Rows are painted, and the sides of the frames are there, which only ink draws. */
  ready(): Promise<void> {
    const whole = (): boolean => /^[│|].*[│|]$/m.test(this.text) && /STATE|ATTACHING/.test(this.text);
    return this.until('the first whole screen', whole, 30_000);
  }

  click(x: number, y: number): void {
    this.send(`\x1b[<0;${x + 1};${y + 1}M\x1b[<0;${x + 1};${y + 1}m`);
  }

  resize(columns: number, rows: number): void {
    this.pty.resize(columns, rows);
    this.emulator.resize(columns, rows);
  }

  async ended(ms = 15_000): Promise<number> {
    await this.until('the end', () => this.exit !== null, ms);
    return this.exit!.exitCode;
  }

  /** For the end of a test, however it went. */
  close(): void {
    if (this.exit === null) this.pty.kill('SIGKILL');
    this.emulator.dispose();
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs a story on a terminal, which goes away whatever happens. */
export async function on(terminal: Terminal, story: (terminal: Terminal) => Promise<void>): Promise<void> {
  try {
    await story(terminal);
  } finally {
    terminal.close();
  }
}
