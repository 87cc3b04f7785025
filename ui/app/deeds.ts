/** Verbs on faults: which faults, what is asked first, and what is said after. */
import type { Fault, Verb, VerbOutcome } from '../../native/session/types.js';
import { no, OK, type Verdict } from '../commands/modes.js';
import { hex, plural } from '../rows/format.js';
import type { App } from '../faces.js';
import { ask } from './dialogs.js';

/** What a verb acts on: the marked faults if there are any, else the one in focus. */
export function chosen(app: App): number[] {
  if (app.watch === null) return [];
  const { marks, list } = app.watch;
  if (marks.size > 0) return [...marks].toSorted((a, b) => a - b);
  return list.focusSeq === null ? [] : [list.focusSeq];
}

/** ok where at least one chosen fault takes the verb; else the reason for the first. */
export function verdictFor(app: App, verb: Verb['verb'] | 'move'): Verdict {
  if (app.watch === null) return no('nothing is attached');
  const seqs = chosen(app);
  if (seqs.length === 0) return no('no fault is selected');
  let first: Verdict | null = null;
  for (const seq of seqs.slice(0, 200)) {
    const verdict = app.watch.legal(verb, seq);
    if (verdict.ok) return OK;
    first ??= verdict;
  }
  return first ?? no('no fault is selected');
}

/** What `answer` comes to for the fault in focus: without a default or bytes to give, it is handed back. */
export function answerWord(app: App): 'answer' | 'hand back' {
  const fault = app.watch?.list.focused ?? null;
  if (app.watch === null || fault === null || fault.edited) return 'answer';
  const { defaultAnswer, sourceText } = app.watch.session.options;
  switch (defaultAnswer) {
    case 'hold':
      return sourceText !== '' && fault.kind === 'missing' ? 'answer' : 'hand back';
    case 'pass':
    case 'wake':
      return 'hand back';
    case 'zero':
    case 'source':
    case 'poison':
      return 'answer';
  }
}

/** The chosen faults, those that do not wait any more left out where there are several. */
export function legalOnes(app: App, verb: Verb['verb']): number[] {
  const seqs = chosen(app);
  const legal = seqs.filter((seq) => app.at.legal(verb, seq).ok);
  return legal.length > 0 ? legal : seqs;
}

/** Do it, say what came of it, and forget the marks of what was done. */
export async function perform(app: App, verb: Verb, seqs: readonly number[]): Promise<void> {
  if (seqs.length === 0) return;
  const watch = app.at;
  const outcomes = await watch.session.perform(verb, seqs);
  for (const outcome of outcomes) watch.note(outcome.ok, `#${outcome.seq} ${verb.verb}: ${outcome.message}`);
  const done = outcomes.filter((outcome) => outcome.ok).map((outcome) => outcome.seq);
  for (const seq of done) {
    watch.originals.delete(seq);
    watch.bytes.forget(seq);
  }
  watch.mark(
    done.filter((seq) => watch.marks.has(seq)),
    false,
  );
  if (typeof app.state.firstHeld === 'object') app.set({ firstHeld: 'done' });
  const { list } = watch;
  if (list.focusSeq !== null && done.includes(list.focusSeq)) list.awaiting = !list.focusNextHeld() && !list.follow;
  const [text, ok] = summary(verb, outcomes);
  app.say(text, ok ? 'ok' : 'error');
}

function summary(verb: Verb, outcomes: readonly VerbOutcome[]): [text: string, ok: boolean] {
  const failed = outcomes.filter((outcome) => !outcome.ok);
  const [only] = outcomes;
  if (outcomes.length === 1 && only) return [`#${only.seq} ${verb.verb}: ${only.message}`, only.ok];
  const done = `${verb.verb}: ${plural(outcomes.length - failed.length, 'fault')}`;
  const [first] = failed;
  return first ? [`${done}, ${failed.length} not: #${first.seq} ${first.message}`, false] : [done, true];
}

/** Asked once for each range: what cannot be taken back, or what somebody else should fill. */
export async function agreedOnce(app: App, what: 'poison' | 'zero', seqs: readonly number[]): Promise<boolean> {
  const { agreed, session, ranges } = app.at;
  const faults = seqs.map((seq) => session.faults.row(seq)).filter((fault): fault is Fault => fault !== null);
  const open = [...new Set(faults.map((fault) => fault.rangeId))].filter((id) => !agreed.has(`${what} ${id}`));
  if (open.length === 0) return true;
  const names = open.map((id) => ranges.find((range) => range.id === id)?.name ?? 'no known range').join(', ');
  const text =
    what === 'poison'
      ? `Poison ${plural(faults.length, 'page')} in ${names}? Every access from now on is a SIGBUS in the target, until a copy over it.`
      : `Fill ${plural(faults.length, 'page')} in ${names} with zeros? Somebody else's handler would have filled it; what it holds there is not given then.`;
  const yes = await ask(app, {
    title: what === 'poison' ? 'Poison' : 'Zero fill',
    text,
    yes: `${what}, and do not ask again for ${open.length > 1 ? 'these ranges' : 'this range'}`,
  });
  if (yes) for (const id of open) agreed.add(`${what} ${id}`);
  return yes;
}

/** `A`: all that is held, asked first where it touches more than one page of somebody else's uffd. */
export async function answerAll(app: App): Promise<void> {
  const { session } = app.at;
  const held = session.faults
    .waiting()
    .map((seq) => session.faults.row(seq))
    .filter((fault): fault is Fault => fault !== null && fault.state === 'held');
  const pages = new Set(held.map((fault) => fault.page)).size;
  if (pages > 1 && session.how === 'join') {
    const text = `Answer ${plural(held.length, 'held fault')} on ${plural(pages, 'page')} of a userfaultfd that belongs to ${session.target.comm}? First page ${hex(held[0]!.page)}.`;
    if (!(await ask(app, { title: 'Answer all', text, yes: 'answer all' }))) return;
  }
  await perform(
    app,
    { verb: 'answer' },
    held.map((fault) => fault.seq),
  );
}
