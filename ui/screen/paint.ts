/** Text with a role becomes text with SGR; a Line is a row of exactly so many cells. */
import { safeText } from '../../native/session/safe-text.js';
import { cellWidth, cut, fit } from './cells.js';
import { ASCII, UNICODE, type Glyphs } from './glyphs.js';
import { THEMES, type Role, type ThemeName } from './theme.js';

const ASCII_ONLY = /^[\x20-\x7e]*$/;
const SPELLED: Readonly<Record<string, string>> = { '·': '.', '…': '~', '—': '-', '→': '>', µ: 'u', '×': 'x' };

export class Paint {
  readonly glyphs: Glyphs;
  /** Asked for hundreds of times a frame. */
  readonly #opened: Partial<Record<Role, Partial<Record<Role, string>>>> = {};

  constructor(
    readonly theme: ThemeName,
    readonly ascii: boolean,
  ) {
    this.glyphs = ascii ? ASCII : UNICODE;
  }

  /** What was chosen outside of us: made safe, and spelled with what this terminal can show. */
  outside(text: string): string {
    return this.own(safeText(text));
  }

  /** Our own words, which may hold a sign or two. */
  own(text: string): string {
    if (!this.ascii || ASCII_ONLY.test(text)) return text;
    return text.replace(/[^\x20-\x7e]/gu, (sign) => SPELLED[sign] ?? '?');
  }

  /** The SGR that switches to a role, from whatever was before. */
  open(role: Role, base: Role = 'plain'): string {
    const known = (this.#opened[base] ??= {});
    return (known[role] ??= this.#sgr(role, base));
  }

  #sgr(role: Role, base: Role): string {
    if (this.theme === 'dumb') return '';
    const theme = THEMES[this.theme];
    const own = role === base ? '' : theme[role];
    // Reverse video would turn each colour of a row into a patch of background: there only weight is kept.
    const shown = base === 'selected' ? weightOf(own) : own;
    const codes = [theme[base], shown].filter((code) => code !== '');
    return codes.length === 0 ? '\x1b[0m' : `\x1b[0;${codes.join(';')}m`;
  }

  style(text: string, role: Role): string {
    return this.theme === 'dumb' || text === '' ? text : `${this.open(role)}${text}\x1b[0m`;
  }

  line(width: number, base: Role = 'plain'): Line {
    return new Line(this, width, base);
  }
}

/** Bold and underline of a style. */
function weightOf(codes: string): string {
  return /^(?:[14](?:;|$))+/.exec(codes)?.[0].replace(/;$/, '') ?? '';
}

/** Built from the left; what does not fit is cut, what is left over is blank. */
export class Line {
  #out = '';
  #used = 0;
  #role: Role | null = null;

  constructor(
    private readonly paint: Paint,
    private readonly width: number,
    private readonly base: Role,
  ) {}

  get room(): number {
    return this.width - this.#used;
  }

  add(text: string, role: Role = 'plain'): this {
    const shown = cut(text, this.room, this.paint.glyphs.ellipsis);
    if (shown === '') return this;
    this.#switch(role);
    this.#out += shown;
    this.#used += cellWidth(shown);
    return this;
  }

  /** A column of `width` cells and `gap` blanks after it. */
  column(text: string, width: number, role: Role = 'plain', align: 'left' | 'right' = 'left', gap = 1): this {
    this.add(fit(text, Math.min(width, this.room), align, this.paint.glyphs.ellipsis), role);
    return gap > 0 ? this.add(' '.repeat(gap)) : this;
  }

  /** Blank up to where `text` ends at the right edge; nothing where it does not fit with a blank before it. */
  right(text: string, role: Role = 'plain'): this {
    const width = cellWidth(text);
    if (width + 1 > this.room) return this;
    return this.add(' '.repeat(this.room - width)).add(text, role);
  }

  fill(sign: string, role: Role = 'plain'): this {
    return this.add(sign.repeat(Math.max(0, this.room)), role);
  }

  end(): string {
    if (this.room > 0) {
      this.#switch('plain');
      this.#out += ' '.repeat(this.room);
    }
    return this.#out + (this.#role !== null && this.paint.theme !== 'dumb' ? '\x1b[0m' : '');
  }

  #switch(role: Role): void {
    if (role === this.#role) return;
    const before =
      this.#role === null ? (this.base === 'plain' ? '\x1b[0m' : '') : this.paint.open(this.#role, this.base);
    const now = this.paint.open(role, this.base);
    if (now !== before) this.#out += now;
    this.#role = role;
  }
}
