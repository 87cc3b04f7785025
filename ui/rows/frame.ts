/** A frame with its title, as chrome draws it, and its lower edge with a footer, as painted. */
import type { Rect } from '../screen/compose.js';
import { cellWidth, cut } from '../screen/cells.js';
import type { Paint } from '../screen/paint.js';

export interface FrameLook {
  readonly title: string;
  /** Of a pane with several: the active one stands in brackets. */
  readonly tabs: readonly string[];
  readonly tab: number;
  readonly focused: boolean;
}

export function frameTitle(look: FrameLook): string {
  if (look.tabs.length < 2) return look.title;
  const tabs = look.tabs.map((name, i) => (i === look.tab ? `[${name}]` : name));
  return [look.title, ...tabs].filter((part) => part !== '').join(' ');
}

/** The upper edge with its corners: `╭─ 4 [Faults] Threads ──╮`. */
export function titleRow(look: FrameLook, width: number, paint: Paint): string {
  const role = look.focused ? 'frameFocus' : 'frame';
  const { corner, horizontal } = paint.glyphs;
  const title = cut(frameTitle(look), width - 6, paint.glyphs.ellipsis);
  return paint
    .line(width)
    .add(`${corner[0]}${horizontal} `, role)
    .add(title, look.focused ? 'frameFocus' : 'title')
    .add(' ', role)
    .add(horizontal.repeat(Math.max(0, width - cellWidth(title) - 5)), role)
    .add(corner[1], role)
    .end();
}

/** Every row of the frame; its inside is blank. */
export function frameRows(rect: Rect, look: FrameLook, paint: Paint): string[] {
  const role = look.focused ? 'frameFocus' : 'frame';
  const { corner, horizontal, vertical } = paint.glyphs;
  const side = paint.style(vertical, role);
  const middle = side + ' '.repeat(Math.max(0, rect.width - 2)) + side;
  const bottom = paint.style(corner[2] + horizontal.repeat(Math.max(0, rect.width - 2)) + corner[3], role);
  const sides = Array.from({ length: Math.max(0, rect.height - 2) }, () => middle);
  return [titleRow(look, rect.width, paint), ...sides, bottom];
}

/** The lower edge without its corners: `──── 3 held ─`. */
export function footerRow(footer: string, width: number, focused: boolean, paint: Paint): string {
  const role = focused ? 'frameFocus' : 'frame';
  const { horizontal } = paint.glyphs;
  const text = cut(footer, width - 4, paint.glyphs.ellipsis);
  if (text === '') return paint.line(width).fill(horizontal, role).end();
  const left = Math.max(0, width - cellWidth(text) - 3);
  return paint
    .line(width)
    .add(`${horizontal.repeat(left)} `, role)
    .add(text, focused ? 'plain' : 'dim')
    .add(` ${horizontal}`, role)
    .end();
}
