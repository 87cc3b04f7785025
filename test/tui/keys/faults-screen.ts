/** The screen of faults as a person reads it: which row has the focus, what was asked of the session. */
import type { Terminal } from '../harness.js';

/** Ends the sitting and gives what was asked of the session. */
export async function callsOf(t: Terminal): Promise<string> {
  await t.press('Q');
  await t.ended();
  return t.raw.slice(t.raw.lastIndexOf('calls ')).replaceAll('\r\n', '');
}

/** Only held missing faults are shown, the first in focus: verbs that give bytes are legal. */
export async function onlyMissing(t: Terminal): Promise<void> {
  await t.press(':');
  await t.type('filter held kind=missing');
  await t.press('enter', 'g');
  await t.until('a held missing fault in focus', () => / miss .*HELD/.test(focus(t)) && / [1-9] shown of/.test(t.text));
}

/** The one that was answered leaves the view; the next has the focus. */
export const answered = (t: Terminal, left: number): Promise<void> =>
  t.until(
    `${left} left`,
    () => new RegExp(` ${left} shown of`).test(t.text) && (left === 0 || / miss .*HELD/.test(focus(t))),
  );

/** The row of the fault in focus. */
export const focus = (t: Terminal): string =>
  t.rows.find((row) => /│▌ +\d+ .*(miss|wp|min) /.test(row))?.replace(/^.*│▌ */, '') ?? '';
export const focused = (t: Terminal): number => Number.parseInt(focus(t), 10);
export const focusIs = (t: Terminal, seq: number): Promise<void> =>
  t.until(`fault ${seq} in focus`, () => focused(t) === seq);
/** The title row of the pane whose frame holds the focus is drawn bold: asked for by its number. */
export const activePane = (t: Terminal, title: string): boolean => {
  const { x, y } = t.find(title);
  return t.cell(x, y)!.isBold() !== 0 && t.cell(x - 2, y)!.isDim() === 0;
};
