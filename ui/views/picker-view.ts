/** The first screen without a pid: which process? */
import type { App, Picker } from '../faces.js';
import type { Candidate } from '../../native/session/discover/candidates.js';
import { plural } from '../rows/format.js';
import type { PickerSource } from '../model/picker.js';
import { Scroll } from '../model/scroll.js';
import { pickerRows } from '../rows/picker.js';

const REFRESH_MS = 2000;
const COST_SHARE = 10;
/** As long as the message stands that asks for it. */
const LEAVE_AGAIN_MS = 6000;

export class PickerView implements Picker {
  readonly title = 'Processes';
  readonly #scroll = new Scroll();
  #rows: readonly Candidate[] = [];
  #hidden = 0;
  #loaded = false;
  #wanted = '';
  #timer: NodeJS.Timeout | null = null;
  #pid: number | null = null;
  #leaveAskedAt = -Infinity;

  constructor(
    private readonly app: App,
    readonly source: PickerSource,
  ) {}

  get focused(): Candidate | null {
    return this.#shown()[this.#scroll.focus] ?? null;
  }

  get filter(): string {
    return this.#wanted;
  }

  /** Look again, and go on looking. */
  async refresh(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    const started = performance.now();
    const { rows, hidden } = await this.source.list();
    if (this.app.picker !== this) return;
    this.#rows = rows;
    this.#hidden = hidden;
    this.#loaded = true;
    const at = this.#shown().findIndex((row) => row.pid === this.#pid);
    if (at >= 0) this.#scroll.focus = at;
    const cost = performance.now() - started;
    this.#timer = setTimeout(() => this.app.attempt(() => this.refresh()), Math.max(REFRESH_MS, cost * COST_SHARE));
    this.app.touch();
  }

  /** True the second time within a while: one stroke too many on the way back must not end the program. */
  leaveAsked(): boolean {
    const now = performance.now();
    const again = now - this.#leaveAskedAt < LEAVE_AGAIN_MS;
    this.#leaveAskedAt = now;
    return again;
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** Show only processes whose pid, name or command line holds this. */
  show(text: string): void {
    this.#wanted = text.trim().toLowerCase();
    this.#scroll.to(0, this.#shown().length);
    this.#remember();
    this.app.touch();
  }

  matching(text: string): number {
    return this.#rows.filter((row) => matches(row, text.trim().toLowerCase())).length;
  }

  rows(height: number, width: number): string[] {
    const shown = this.#shown();
    this.#scroll.show(height - 1, shown.length);
    return pickerRows(
      { rows: shown, top: this.#scroll.top, focus: this.#scroll.focus, loaded: this.#loaded },
      height,
      width,
      this.app.paint,
    );
  }

  footer(): string {
    const uffds = this.#rows.filter((row) => row.uffds.length > 0).length;
    const hidden = this.#hidden === 0 ? '' : `, ${plural(this.#hidden, 'process', 'processes')} not ours to look into`;
    return `${uffds} with a userfaultfd, ${this.#shown().length} shown of ${this.#rows.length}${hidden}`;
  }

  get page(): number {
    return this.#scroll.page;
  }

  move(delta: number): void {
    this.#scroll.move(delta, this.#shown().length);
    this.#remember();
    this.app.touch();
  }

  click(row: number): void {
    if (row > 0) this.#scroll.to(this.#scroll.top + row - 1, this.#shown().length);
    this.#remember();
    this.app.touch();
  }

  #remember(): void {
    this.#pid = this.focused?.pid ?? null;
  }

  #shown(): readonly Candidate[] {
    return this.#wanted === '' ? this.#rows : this.#rows.filter((row) => matches(row, this.#wanted));
  }
}

function matches(row: Candidate, wanted: string): boolean {
  return `${row.pid} ${row.comm} ${row.cmdline}`.toLowerCase().includes(wanted);
}
