/** Keys, pastes and the mouse to commands. */
import type { App, Command } from '../faces.js';
import { verdictOf } from '../commands/hints.js';
import { contains, inside, type PaneId } from '../layout.js';
import { visiblePanes } from '../model/state.js';
import { momentAt } from '../rows/time-bar.js';
import type { KeyPress } from '../screen/keys.js';
import type { MouseReport } from '../screen/mouse.js';
import type { View } from '../views/view.js';
import type { Drawn } from './draw.js';
import { goTo } from './navigate.js';
import { Turns } from './turns.js';

const DOUBLE_MS = 400;
const WHEEL_ROWS = 3;
/** What never waits for its turn. */
const ALWAYS = new Set(['panic.release', 'quit']);

interface Target {
  readonly view: View;
  readonly pane: PaneId | null;
  /** -1 on the frame. */
  readonly row: number;
  readonly column: number;
}

export class Input {
  readonly #turns = new Turns();
  #click = { x: -1, y: -1, at: -Infinity };

  constructor(
    private readonly app: App,
    private readonly drawn: () => Drawn | null,
  ) {}

  key(key: KeyPress): void {
    const command = this.app.keymap.find(key.name, this.app.mode);
    if (command && key.text === '' && ALWAYS.has(command.name)) {
      this.#turns.clear();
      this.run(command);
    } else this.#turns.add(() => this.#take(key));
  }

  /** Pasted text is text: it goes to a line or to bytes being edited, and never is a command. */
  paste(text: string): void {
    this.#turns.add(() => {
      const { front } = this.app.overlays;
      if (front?.pasted) front.pasted(text);
      else this.app.say('what was pasted is ignored here; : or / takes it', 'warn');
    });
  }

  run(command: Command): void {
    const { app } = this;
    const verdict = verdictOf(app, command);
    if (!verdict.ok) app.say(verdict.reason, 'warn');
    else if (command.opens) this.#runAhead(command);
    else app.attempt(() => command.run(app, null));
  }

  #take(key: KeyPress): void {
    const { app } = this;
    const command = app.keymap.find(key.name, app.mode);
    if (app.state.leaving) return; // only a second ctrl-c means anything now, and it does not wait for its turn
    const { front } = app.overlays;
    // What is typed goes to the dialog; but no dialog takes a control key that is a command away.
    const commandFirst = app.mode === 'typing' || key.name.startsWith('ctrl-');
    if (front && !(commandFirst && command) && front.typed?.(key)) return;
    if (command) this.run(command);
  }

  /** Bytes must be fetched before the editor opens: the `a` typed into it must not answer the fault. */
  #runAhead(command: Command): void {
    const { app } = this;
    const release = this.#turns.hold();
    app.overlays.onceOpened(release);
    app.attempt(async () => {
      try {
        await command.run(app, null);
      } finally {
        release();
      }
    });
  }

  mouse(report: MouseReport): void {
    if (this.app.state.leaving || report.type === 'release') return;
    const target = this.#viewAt(report.x, report.y);
    if (report.type !== 'press') {
      const delta = report.type === 'wheel-up' ? -WHEEL_ROWS : WHEEL_ROWS;
      if (this.#overTime(report.y)) return this.#turnTime(Math.sign(delta));
      if (target?.view.scroll) target.view.scroll(delta);
      else target?.view.move(delta);
      return;
    }
    if (report.button === 0) this.#press(report, target);
  }

  #press({ x, y }: MouseReport, target: Target | null): void {
    const now = performance.now();
    const twice = this.#click.x === x && this.#click.y === y && now - this.#click.at < DOUBLE_MS;
    this.#click = { x, y, at: twice ? -Infinity : now };
    if (this.#hint(x, y) || this.#moment(x, y) || !target) return;
    if (target.pane !== null) goTo(this.app, target.pane);
    if (target.row < 0 || target.column < 0) return;
    target.view.click?.(target.row, target.column);
    if (!twice) return;
    if (this.app.overlays.front) target.view.open?.();
    else {
      const command = this.app.keymap.command(this.app.picker ? 'picker.attach' : 'nav.open');
      if (command) this.run(command);
    }
  }

  /** The bar of a recording's time. */
  #moment(x: number, y: number): boolean {
    const { watch } = this.app;
    if (!this.#overTime(y)) return false;
    const bar = this.drawn()?.bar ?? null;
    const player = watch?.player ?? null;
    if (!bar || !player || x < bar.left || x >= bar.left + bar.width) return true;
    this.app.attempt(() => player.jump(momentAt(player.playback, x - bar.left, bar.width)));
    return true;
  }

  #overTime(y: number): boolean {
    const { layout, overlays } = this.app;
    return layout.kind !== 'small' && layout.time?.top === y && !overlays.front;
  }

  /** The wheel over it: by hundredths. */
  #turnTime(direction: number): void {
    const player = this.app.watch?.player;
    if (!player) return;
    const { from, to, at } = player.playback;
    this.app.attempt(() => player.jump(at + ((to - from) / 100) * direction));
  }

  /** A hint is a button. */
  #hint(x: number, y: number): boolean {
    const { layout } = this.app;
    if (layout.kind === 'small' || layout.hints?.top !== y) return false;
    const spot = this.drawn()?.hints?.spots.find(({ from, to }) => x >= from && x < to);
    const command = spot && this.app.keymap.command(spot.command);
    if (command) this.run(command);
    return true;
  }

  #viewAt(x: number, y: number): Target | null {
    const { app } = this;
    const { layout, state } = app;
    if (layout.kind === 'small') return null;
    const place = (view: View, rect: ReturnType<typeof inside>, pane: PaneId | null): Target => {
      const row = y - rect.top;
      return { view, pane, row: row < rect.height ? row : -1, column: x - rect.left };
    };
    const { front } = app.overlays;
    if (front) {
      const rect = front.frame(state.columns, state.rows);
      return contains(rect, x, y) ? place(front, inside(rect), null) : null;
    }
    if (app.picker)
      return place(app.picker, inside({ top: 1, left: 0, width: state.columns, height: layout.status.top - 1 }), null);
    for (const id of visiblePanes(layout)) {
      const rect = layout.panes[id]!;
      if (contains(rect, x, y)) return place(app.pane(id)!, inside(rect), id);
    }
    if (layout.strip?.top === y) this.#strip(x);
    return null;
  }

  /** The row of pane names: each is nine or ten cells; the digit before the pointer names it. */
  #strip(x: number): void {
    let left = 1;
    for (const [id, name] of STRIP) {
      const width = name.length + 4;
      if (x >= left && x < left + width) goTo(this.app, id);
      left += width;
    }
  }
}

const STRIP: readonly (readonly [PaneId, string])[] = [
  [1, 'ranges'],
  [2, 'rules'],
  [3, 'events'],
  [4, 'faults'],
  [5, 'detail'],
];
