/** The way in: take the terminal, paint, then load ink for the chrome; end whole, whatever happens. */
import type { ReadStream } from 'node:tty';
import { UffdscopeError } from '../native/session/errors.js';
import type { Session } from '../native/session/types.js';
import { ScreenApp } from './app/app.js';
import { beginAttaching, type Attaching } from './app/attaching.js';
import { draw, type Drawn } from './app/draw.js';
import type { ScreenEnd } from './app/end.js';
import { Input } from './app/input.js';
import { Ticker } from './app/ticker.js';
import { Keymap, remap, type KeyOverrides } from './commands/keymap.js';
import { COMMANDS } from './commands/registry.js';
import type { PickerSource } from './model/picker.js';
import { isUtf8Locale } from './screen/glyphs.js';
import { Keys } from './screen/keys.js';
import { Screen, type Tty } from './screen/screen.js';
import { chalkLevel, chooseTheme, type ColorFlag } from './screen/theme.js';
import { ChromeStore } from './views/chrome-model.js';
import { PickerView } from './views/picker-view.js';

export type { Attaching } from './app/attaching.js';
export type { ScreenEnd } from './app/end.js';
export type { PickerSource } from './model/picker.js';

export interface ScreenOptions {
  readonly color?: ColorFlag;
  readonly theme?: 'ansi' | 'truecolor';
  /** true, false, or by locale. */
  readonly ascii?: boolean;
  readonly mouse?: boolean;
  readonly hints?: boolean;
  readonly keys?: KeyOverrides;
  readonly env?: NodeJS.ProcessEnv;
}

export type ScreenSource = Session | PickerSource | Attaching;

/** Run the screen until its end; then the terminal is as it was. @throws UffdscopeError NO_TERMINAL, USAGE */
export async function runScreen(source: ScreenSource, options: ScreenOptions = {}): Promise<ScreenEnd> {
  const env = options.env ?? process.env;
  const tty = terminal();
  const { commands, problems } = remap(COMMANDS, options.keys ?? {});
  if (problems.length > 0)
    throw new UffdscopeError('USAGE', problems.join('; '), 'Keys are named as in docs/reference/keys.md.');
  const theme = chooseTheme(options.color ?? 'auto', env, options.theme);
  const ascii = options.ascii ?? !isUtf8Locale(env);

  let app: ScreenApp | null = null;
  const screen = new Screen(tty.output, tty.input, {
    mouse: options.mouse ?? true,
    onOwned: (owned) => app?.watch?.session.guardTerminal(owned),
  });
  app = new ScreenApp(screen, { theme, ascii, mouse: options.mouse ?? true, keymap: new Keymap(commands) });
  if (options.hints === false) app.set({ hints: false });
  if ('list' in source) app.picker = new PickerView(app, source);
  else if ('attach' in source) beginAttaching(app, source);
  else app.watchSession(source);
  return run(app, screen, tty.input, chalkLevel(theme));
}

async function run(app: ScreenApp, screen: Screen, input: ReadStream, level: 0 | 1 | 3): Promise<ScreenEnd> {
  const keys = new Keys();
  const ticker = new Ticker(app);
  let drawn: Drawn | null = null;
  let chrome: ChromeStore | null = null;
  let scheduled = false;
  const paint = (): void => {
    if (app.over || !screen.active) return;
    drawn = draw(app);
    if (chrome) chrome.set(drawn.chrome);
    else chrome = new ChromeStore(drawn.chrome);
    app.painted();
  };
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      guard(paint);
    });
  };
  const guard = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      app.finish({ reason: 'error', error });
    }
  };

  const mouseAndKeys = new Input(app, () => drawn);
  const onData = (bytes: Buffer): void => guard(() => keys.feed(bytes));
  keys.on('key', (key) => guard(() => mouseAndKeys.key(key)));
  keys.on('paste', (text) => guard(() => mouseAndKeys.paste(text)));
  keys.on('mouse', (report) => guard(() => mouseAndKeys.mouse(report)));
  input.on('data', onData);
  const onHangup = (): void => app.attempt(() => app.leave({ reason: 'gone' }));
  input.on('end', onHangup); // EOF, and EIO: nobody is at the terminal any more
  input.on('error', onHangup);
  const unhook = hookProcess(app);
  screen.on('size', (columns: number, rows: number) => app.set({ columns, rows }));
  screen.on('gone', () => app.attempt(() => app.leave({ reason: 'gone' })));
  screen.on('nojobcontrol', () =>
    app.say('no job control here: nothing could continue us, so we did not stop', 'warn'),
  );
  app.store.subscribe(schedule);

  let ink: { unmount(): void } | null = null;
  try {
    screen.enter();
    guard(paint);
    ticker.start();
    app.attempt(() => app.picker?.refresh());
    // Importing ink keeps this thread for half a second: what is attached to is painted before.
    void (app.attaching?.settled ?? Promise.resolve()).then(painted).then(() => {
      if (app.over) return;
      void loadChrome(screen, chrome!, level).then(
        (mounted) => {
          if (app.over) mounted.unmount();
          else ink = mounted;
          mounted.failed.catch((error: unknown) => app.finish({ reason: 'error', error }));
        },
        (error: unknown) => app.finish({ reason: 'error', error }),
      );
    });
    return await app.ended;
  } finally {
    ticker.stop();
    app.picker?.stop();
    screen.leave();
    (chrome as ChromeStore | null)?.close();
    (ink as { unmount(): void } | null)?.unmount();
    screen.close();
    input.off('data', onData);
    input.off('end', onHangup);
    input.pause();
    keys.close();
    unhook();
  }
}

/** A change is painted in the next turn and written in the one after it. */
function painted(): Promise<void> {
  return new Promise((resolve) => setTimeout(() => setImmediate(() => setImmediate(resolve)), 1));
}

interface Mounted {
  unmount(): void;
  /** Rejects when a render throws. */
  readonly failed: Promise<unknown>;
}

async function loadChrome(screen: Screen, store: ChromeStore, level: 0 | 1 | 3): Promise<Mounted> {
  process.env['NODE_ENV'] ??= 'production';
  const { default: chalk } = await import('chalk');
  chalk.level = level; // chalk 5 does not know NO_COLOR; set before anything of ink draws
  const [{ render }, { createElement }, { Chrome }] = await Promise.all([
    import('ink'),
    import('react'),
    import('./views/chrome.js'),
  ]);
  const ink = render(createElement(Chrome, { store }), {
    stdout: screen as unknown as NodeJS.WriteStream,
    stdin: process.stdin,
    debug: true, // each frame whole and at once, to the screen, which finds what changed
    exitOnCtrlC: false,
    patchConsole: false,
    isScreenReaderEnabled: false,
  });
  return { unmount: () => ink.unmount(), failed: ink.waitUntilExit() };
}

/** Signals and errors that nobody caught: an orderly end, the screen first. */
function hookProcess(app: ScreenApp): () => void {
  const signals = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => {
    const listener = (): void => app.attempt(() => app.leave({ reason: 'signal', signal }));
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  const onError = (error: unknown): void => app.finish({ reason: 'error', error });
  process.on('uncaughtException', onError);
  process.on('unhandledRejection', onError);
  return () => {
    for (const off of signals) off();
    process.off('uncaughtException', onError);
    process.off('unhandledRejection', onError);
  };
}

function terminal(): { output: Tty; input: ReadStream } {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY)
    throw new UffdscopeError(
      'NO_TERMINAL',
      'A screen needs a terminal for its input and its output.',
      'Without one: uffdscope attach PID --headless, or uffdscope ps to look only.',
    );
  return { output: stdout, input: stdin };
}
