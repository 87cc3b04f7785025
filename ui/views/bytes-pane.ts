/** Pane 5, first tab: the fault in words, the bytes an answer would give, and the page as it is. */
import type { App } from '../faces.js';
import { zoom } from '../app/navigate.js';
import type { Fault, FaultKind } from '../../native/session/types.js';
import { findBytes } from '../model/byte-search.js';
import type { Loaded } from '../model/bytes.js';
import { faultInfoRows } from '../rows/detail.js';
import { BYTES_PER_ROW, hexdumpRows } from '../rows/hexdump.js';
import { verbHints } from '../commands/hints.js';
import { greyedRows } from '../rows/greyed.js';
import { hintRows } from '../rows/hints.js';
import type { View } from './view.js';

/** Kept for the bytes, however much is said of verbs. */
const DUMP_ROWS = 4;

/** These are answered without any. */
const NO_BYTES: Readonly<Partial<Record<FaultKind, Loaded>>> = {
  wp: { state: 'here', known: false, reason: 'No bytes: the page keeps its own, and its protection is lifted.' },
  minor: { state: 'here', known: false, reason: 'No bytes: the page that the file has is mapped.' },
};

type Side = 'answer' | 'page';

export class BytesPane implements View {
  readonly title = 'Bytes';
  #seq = -1;
  #side: Side | null = null;
  #top: number | null = null;
  #height = 1;
  #match: readonly [number, number] | null = null;

  constructor(private readonly app: App) {}

  get #fault(): Fault | null {
    return this.app.at.list.focused;
  }

  /** What is shown unless h or l said otherwise: of a fault that waits for bytes, the answer. */
  get shown(): Side {
    const fault = this.#fault;
    if (this.app.at.player) return 'answer'; // a recording has no memory behind it
    return this.#side ?? (fault && isWaiting(fault) && fault.kind === 'missing' ? 'answer' : 'page');
  }

  get loaded(): Loaded | null {
    const fault = this.#fault;
    if (!fault) return null;
    if (this.shown === 'page') return this.app.at.bytes.page(fault);
    return (this.app.at.player ? undefined : NO_BYTES[fault.kind]) ?? this.app.at.bytes.answer(fault);
  }

  rows(height: number, width: number): string[] {
    const { paint } = this.app;
    const fault = this.#fault;
    if (!fault) return [paint.line(width).add('  no fault is selected', 'dim').end()];
    this.#follow(fault);
    const infoRows = height >= 9 ? 3 : height >= 7 ? 2 : 1;
    const verbs =
      height >= 13 && isWaiting(fault) ? this.#verbs(width).slice(0, height - infoRows - 1 - DUMP_ROWS) : [];
    const withSides = height >= 9;
    const { ranges } = this.app.at;
    const range =
      ranges.find((one) => one.id === fault.rangeId) ??
      // It was read before its range was seen: registered or moved a moment ago.
      ranges.find((one) => fault.page >= one.start && fault.page < one.end) ??
      null;
    const heldBy = this.#heldBy(fault);
    const info = faultInfoRows({ fault, range, heldBy }, infoRows, width, paint);
    const sides = withSides ? [this.#sidesRow(width)] : [];
    const room = height - info.length - sides.length - verbs.length;
    const dump = this.#dump(fault, room, width);
    const blank = paint.line(width).end();
    const fill = verbs.length > 0 ? Array.from({ length: Math.max(0, room - dump.length) }, () => blank) : [];
    return [...info, ...sides, ...dump, ...fill, ...verbs];
  }

  footer(): string {
    const loaded = this.loaded;
    const size = loaded?.state === 'here' && loaded.known ? ` ${loaded.bytes.length} bytes` : '';
    if (this.app.at.player) return size === '' ? '' : `answered with${size}`;
    return this.app.paint.own(
      `${this.shown === 'answer' ? 'would be answered' : 'the page as it is'}${size} · h l other`,
    );
  }

  get page(): number {
    return Math.max(1, this.#height - 1);
  }

  move(delta: number): void {
    const loaded = this.loaded;
    const length = loaded?.state === 'here' && loaded.known ? Math.ceil(loaded.bytes.length / BYTES_PER_ROW) : 0;
    const last = Math.max(0, length - this.#height);
    const top = delta === Infinity ? last : delta === -Infinity ? 0 : (this.#top ?? 0) + delta;
    this.#top = Math.max(0, Math.min(last, top));
    this.app.touch();
  }

  /** h and l: the other side. */
  side(): void {
    if (this.app.at.player) return;
    this.#side = this.shown === 'answer' ? 'page' : 'answer';
    this.#match = null;
    this.app.touch();
  }

  open(): void {
    zoom(this.app, true);
  }

  /** Go to the next place of these bytes; false when they are not there. */
  search(needle: Uint8Array, direction: 1 | -1): boolean {
    const loaded = this.loaded;
    if (loaded?.state !== 'here' || !loaded.known) return false;
    const from = this.#match ? this.#match[0] + direction : (this.#top ?? 0) * BYTES_PER_ROW;
    const at = findBytes(loaded.bytes, needle, from, direction);
    if (at === null) return false;
    this.#match = [at, at + needle.length];
    this.#show(Math.floor(at / BYTES_PER_ROW), loaded.bytes.length);
    this.app.touch();
    return true;
  }

  #follow(fault: Fault): void {
    if (fault.seq === this.#seq) return;
    this.#seq = fault.seq;
    this.#side = null;
    this.#top = null;
    this.#match = null;
  }

  #show(row: number, length: number): void {
    const last = Math.max(0, Math.ceil(length / BYTES_PER_ROW) - this.#height);
    const top = this.#top ?? 0;
    if (row < top || row >= top + this.#height) this.#top = Math.max(0, Math.min(last, row - (this.#height >> 1)));
    else this.#top = top;
  }

  #dump(fault: Fault, height: number, width: number): string[] {
    const { paint } = this.app;
    this.#height = Math.max(1, height);
    const loaded = this.loaded;
    if (loaded === null || loaded.state === 'loading')
      return [paint.line(width).add('  reading', 'dim').add(paint.glyphs.ellipsis, 'dim').end()];
    if (!loaded.known)
      return [
        paint
          .line(width)
          .add(`  ${paint.outside(loaded.reason)}`, 'warn')
          .end(),
      ];
    const touched = Number(fault.address - fault.page);
    if (this.#top === null) this.#show(Math.floor(touched / BYTES_PER_ROW), loaded.bytes.length);
    const original = this.shown === 'answer' ? (this.app.at.originals.get(fault.seq) ?? null) : null;
    return hexdumpRows(
      { bytes: loaded.bytes, top: this.#top ?? 0, touched, original, cursor: -1, side: 'hex', match: this.#match },
      height,
      width,
      paint,
    );
  }

  #heldBy({ by, heldBy }: Fault): string {
    if (by?.startsWith('rule:')) return this.app.at.answerers.named(by);
    return heldBy ? `hold ${heldBy}` : 'default hold';
  }

  #sidesRow(width: number): string {
    const { paint } = this.app;
    if (this.app.at.player) return paint.line(width).add(' [was answered with]', 'strong').end();
    const answer = this.shown === 'answer';
    return paint
      .line(width)
      .add(answer ? ' [would be answered]' : '  would be answered ', answer ? 'strong' : 'dim')
      .add(answer ? '  the page as it is ' : ' [the page as it is]', answer ? 'dim' : 'strong')
      .end();
  }

  #verbs(width: number): string[] {
    const hints = verbHints(this.app);
    const legal = hints.filter((hint) => hint.ok);
    const { paint } = this.app;
    return [paint.line(width).end(), ...hintRows(legal, width, paint), ...greyedRows(hints, width, paint)];
  }
}

export function isWaiting(fault: Fault): boolean {
  return fault.state === 'held' || fault.state === 'delayed' || fault.state === 'failed' || fault.state === 'read';
}
