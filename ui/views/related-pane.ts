/** Pane 5, other tabs: what else this thread, or this page, has raised. */
import type { App } from '../faces.js';
import type { Fault, FaultColumns } from '../../native/session/types.js';
import { Related } from '../model/related.js';
import { Scroll } from '../model/scroll.js';
import { relatedRows } from '../rows/detail.js';
import { hex, plural } from '../rows/format.js';
import type { View } from './view.js';

export class RelatedPane implements View {
  readonly #scroll = new Scroll();
  readonly #related: Related;
  #seqs: readonly number[] = [];

  constructor(
    private readonly app: App,
    readonly title: 'Thread' | 'History',
  ) {
    this.#related = new Related(app.at.session.faults);
  }

  rows(height: number, width: number): string[] {
    const { paint } = this.app;
    const { list, snapshot } = this.app.at;
    const fault = list.focused;
    if (!fault) return [paint.line(width).add('  no fault is selected', 'dim').end()];
    this.#seqs = this.#related.find(`${this.#keyOf(fault)}`, snapshot.faultsVersion, this.#test(fault));
    this.#scroll.show(height - 1, this.#seqs.length);
    const shown = this.#seqs.slice(this.#scroll.top, this.#scroll.top + height - 1);
    const head = paint.line(width).add(` ${this.#keyOf(fault)}`, 'strong');
    if (this.title === 'Thread' && fault.comm !== '') head.add(` "${paint.outside(fault.comm)}"`);
    head.add(`  ${plural(this.#seqs.length, 'fault')}, newest first`, 'dim');
    return [head.end(), ...relatedRows(this.#related.rows(shown), width, paint)];
  }

  footer(): string {
    return this.title === 'Thread' ? 'faults of this thread' : 'faults of this page';
  }

  get page(): number {
    return this.#scroll.page;
  }

  move(delta: number): void {
    this.#scroll.move(delta, this.#seqs.length);
    this.app.touch();
  }

  #keyOf(fault: Fault): string {
    if (this.title === 'History') return `page ${hex(fault.page)}`;
    // This uffd does not tell threads apart (UFFD_FEATURE_THREAD_ID).
    return fault.tid === 0 ? 'threads unknown' : `thread ${fault.tid}`;
  }

  #test(fault: Fault): (row: FaultColumns) => boolean {
    if (this.title === 'Thread') return (row) => row.tid === fault.tid;
    const page = Number(fault.page);
    return (row) => row.page === page;
  }
}
