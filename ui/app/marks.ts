import { plural } from '../rows/format.js';
import type { App } from '../faces.js';

/** Verbs act on marks, so a mark goes on what is seen: the fault in focus. */
export function markFocused(app: App): void {
  const { list, marks } = app.at;
  if (list.focusSeq === null) return;
  app.at.mark([list.focusSeq], !marks.has(list.focusSeq));
  list.move(1);
  app.touch();
}

export function markRange(app: App): void {
  const { list } = app.at;
  if (list.focusSeq === null) return;
  if (list.anchor === null) {
    list.anchor = list.focusSeq;
    list.follow = false;
    app.say('range of marks: move, then v again');
    return;
  }
  const from = list.view.rowOf(list.anchor);
  list.anchor = null;
  if (from === null) return;
  const [low, high] = [Math.min(from, list.row), Math.max(from, list.row)];
  const seqs = Array.from({ length: high - low + 1 }, (_, i) => list.view.seqAt(low + i)).filter((seq) => seq !== null);
  app.at.mark(seqs, true);
  app.say(`${plural(seqs.length, 'fault')} marked`);
}

export function clearMarks(app: App): void {
  app.at.mark([...app.at.marks], false);
  app.at.list.anchor = null;
  if (app.at.list.markedOnly) onlyMarked(app);
  app.touch();
}

export function onlyMarked(app: App): void {
  const { list } = app.at;
  list.markedOnly = !list.markedOnly;
  list.apply();
  app.touch();
}
