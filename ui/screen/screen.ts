/**
 * The terminal, owned. Ink writes whole frames into it and they become base lines; hot panes are painted over as
 * layers. One flush per turn of the event loop, only of what changed, inside a synchronized update.
 */
import { Writable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { Composer, sameRect, sameRects, type Layer, type Rect } from './compose.js';
import { closeTerminals } from './hangup.js';
import { inForeground, stopProcessGroup } from './job-control.js';
import { enterSequence, leaveSequence } from './terminal-modes.js';
import { TtyOut } from './tty-out.js';

export interface ScreenOptions {
  readonly mouse: boolean;
  /** Called before the terminal is changed and after it is whole again. */
  readonly onOwned?: (owned: boolean) => void;
}

/** process.stdout, or any other terminal whose descriptor is known. */
export type Tty = WriteStream & { readonly fd: number };

const LAST_WORDS_MS = 300;
const FOREGROUND_LOOK_MS = 100;

export class Screen extends Writable {
  /** So that ink neither moves the cursor nor asks the terminal anything. */
  readonly isTTY = false;
  readonly #tty: Tty;
  readonly #input: ReadStream;
  readonly #out: TtyOut;
  readonly #composer = new Composer();
  readonly #layers = new Map<string, Layer>();
  #base: string[] = [];
  #cursor: { x: number; y: number } | null = null;
  #cursorShown = '';
  #active = false;
  #scheduled = false;
  #suspending = false;
  #unhook: (() => void)[] = [];
  readonly #options: ScreenOptions;
  readonly stats = { frames: 0, flushes: 0 };

  constructor(tty: Tty, input: ReadStream, options: ScreenOptions) {
    super({ decodeStrings: false });
    this.#tty = tty;
    this.#input = input;
    this.#options = options;
    this.#out = new TtyOut(tty.fd);
    this.#out.on('drained', () => this.#schedule());
    this.#out.on('gone', () => {
      this.#active = false;
      process.once('exit', closeTerminals);
      this.emit('gone');
    });
  }

  get columns(): number {
    return this.#tty.columns;
  }

  get rows(): number {
    return this.#tty.rows;
  }

  get active(): boolean {
    return this.#active;
  }

  get bytes(): number {
    return this.#out.written;
  }

  /** Take the terminal. */
  enter(): void {
    if (this.#active) return;
    this.#options.onOwned?.(true);
    this.#active = true;
    this.#input.setRawMode(true);
    this.#input.resume();
    this.#out.write(enterSequence(this.#options.mouse));
    this.#cursorShown = '';
    this.invalidate();
    if (this.#unhook.length === 0) this.#hook();
  }

  /**
   * Tell `onOwned` again, of the terminal as it is without us: it learns the modes from the terminal, which is ours
   * already. Nothing of it is seen.
   */
  reown(): void {
    if (!this.#active) return;
    this.#input.setRawMode(false);
    this.#options.onOwned?.(true);
    this.#input.setRawMode(true);
  }

  /** Give the terminal back as it was, waiting a moment only for one that is slow to read; `enter` takes it again. */
  leave(): void {
    if (!this.#active) return;
    this.#active = false;
    this.#out.write(leaveSequence());
    this.#out.flushNow(LAST_WORDS_MS); // the keeper guards the terminal until all of it is there
    this.#input.setRawMode(false);
    this.#input.pause();
    this.#options.onOwned?.(false);
  }

  /** Leave for good. */
  close(): void {
    this.leave();
    for (const unhook of this.#unhook.splice(0)) unhook();
    this.#out.close();
  }

  /** ctrl-z: give the terminal back and stop; come back on SIGCONT, or at once where nobody could continue us. */
  async suspend(): Promise<void> {
    if (this.#suspending || !this.#active) return;
    this.#suspending = true;
    this.leave();
    this.#hookStop(false);
    const stopped = await stopProcessGroup();
    this.#hookStop(true);
    this.#suspending = false;
    this.enter();
    this.emit('size', this.columns, this.rows);
    if (!stopped) this.emit('nojobcontrol');
  }

  /** Paint everything anew at the next flush. */
  invalidate(): void {
    this.#composer.invalidate();
    this.#schedule();
  }

  /** `rows` are exactly `rect.width` cells wide; what is missing is blank. `masks` stand in front of it. */
  layer(id: string, rect: Rect, rows: readonly string[], masks: readonly Rect[] = []): void {
    const old = this.#layers.get(id);
    const layer = { ...rect, rows, masks };
    this.#layers.set(id, layer);
    if (!old || !sameRect(old, layer) || !sameRects(old.masks, masks)) {
      for (const one of [...(old ? [old, ...old.masks] : []), layer, ...masks])
        this.#composer.damage(one.top, one.height);
    }
    this.#schedule();
  }

  drop(id: string): void {
    const old = this.#layers.get(id);
    if (!old) return;
    this.#layers.delete(id);
    this.#composer.damage(old.top, old.height);
    this.#schedule();
  }

  layerIds(): string[] {
    return [...this.#layers.keys()];
  }

  /** Where the terminal's own cursor stands, or null to hide it. */
  cursor(at: { x: number; y: number } | null): void {
    this.#cursor = at;
    this.#schedule();
  }

  /** Outside of the picture: a title, the clipboard. The caller has made the text safe. */
  send(sequence: string): void {
    if (this.#active) this.#out.write(sequence);
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    const frame = String(chunk);
    if (frame !== '' && this.#active) {
      this.stats.frames++;
      this.#base = frame.split('\n');
      this.#schedule();
    }
    done();
  }

  #schedule(): void {
    if (this.#scheduled || !this.#active || this.#out.busy) return; // `drained` schedules again
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#active && !this.#out.busy) this.#flush();
    });
  }

  #flush(): void {
    const { columns, rows } = this;
    const changed = this.#composer.compose({ columns, rows, base: this.#base, layers: this.#layers });
    const at = this.#cursor;
    const cursor = at ? `\x1b[${at.y + 1};${at.x + 1}H\x1b[?25h` : '\x1b[?25l';
    if (changed === '' && cursor === this.#cursorShown) return;
    this.#cursorShown = cursor;
    this.stats.flushes++;
    this.#out.write(`\x1b[?2026h${changed}${cursor}\x1b[?2026l`);
  }

  #hook(): void {
    const resized = (): void => {
      this.invalidate();
      this.emit('size', this.columns, this.rows);
    };
    const exit = (): void => this.leave();
    this.#tty.on('resize', resized);
    process.on('exit', exit);
    this.#hookStop(true);
    process.on('SIGCONT', this.#onContinue);
    this.#unhook.push(
      () => process.off('SIGCONT', this.#onContinue),
      () => this.#tty.off('resize', resized),
      () => process.off('exit', exit),
      () => this.#hookStop(false),
    );
  }

  /**
   * Continued after a stop that nobody can catch (SIGSTOP): the shell, or the keeper, has had the terminal. Once we are
   * in the foreground it is taken again, whole; touching it before that would stop us anew (SIGTTOU).
   */
  readonly #onContinue = (): void => {
    if (!this.#active || this.#suspending) return;
    if (!inForeground()) {
      setTimeout(this.#onContinue, FOREGROUND_LOOK_MS).unref();
      return;
    }
    this.reown();
    this.#out.write(enterSequence(this.#options.mouse));
    this.#cursorShown = '';
    this.invalidate();
    this.emit('size', this.columns, this.rows);
  };

  // Without a handler a SIGTSTP from outside would leave the shell on our screen, in raw mode.
  readonly #onStop = (): void => void this.suspend();

  #hookStop(on: boolean): void {
    process.off('SIGTSTP', this.#onStop);
    if (on) process.on('SIGTSTP', this.#onStop);
  }
}
