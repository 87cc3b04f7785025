/** Holding and answering: the session's verbs as commands. */
import { agreedOnce, answerAll, answerWord, chosen, legalOnes, perform, verdictFor } from '../app/deeds.js';
import { copyMenu, copyLine } from '../app/copy.js';
import { askDelay, askHold, toggleHold } from '../app/hold.js';
import { editBytes, focused, keep } from '../app/bytes.js';
import { harm } from '../app/damage.js';
import type { App } from '../faces.js';
import type { Verb } from '../../native/session/types.js';
import { parseDuration } from '../model/arguments.js';
import { UffdscopeError } from '../../native/session/errors.js';
import { no, OK, on, PANES_ONLY, type Command, type Verdict } from './command.js';

type Simple = 'answer' | 'continue' | 'unprotect' | 'wake' | 'pass';

function simple(verb: Simple, key: string | null, title: string, help: string): Command {
  return {
    name: `fault.${verb}`,
    bindings: key === null ? [] : on(PANES_ONLY, key),
    title,
    help,
    group: 'Answering',
    enabled: (app) => verdictFor(app, verb),
    run: (app) => perform(app, { verb }, legalOnes(app, verb)),
  };
}

/** Damaged bytes or poison, as far as this fault takes either. */
function harmable(app: App): Verdict {
  const copy = verdictFor(app, 'copy');
  return copy.ok || verdictFor(app, 'poison').ok ? OK : copy;
}

/** Bytes can be given where `copy` can. */
function takesBytes(app: App): Verdict {
  return verdictFor(app, 'copy');
}

async function zero(app: App): Promise<void> {
  const seqs = legalOnes(app, 'zero');
  const missing = seqs.filter((seq) => app.at.session.faults.row(seq)?.kind === 'missing');
  const { how, options } = app.at.session;
  // The operator said zero already where that is the default.
  const asks = (how === 'join' || how === 'receive') && options.defaultAnswer !== 'zero' && missing.length > 0;
  if (!asks || (await agreedOnce(app, 'zero', missing))) await perform(app, { verb: 'zero' }, seqs);
}

async function delay(app: App, argument: string | null): Promise<void> {
  if (argument === null) return askDelay(app);
  const parsed = parseDuration(argument);
  if (!parsed.ok) throw new UffdscopeError('USAGE', `delay takes ${parsed.message}.`);
  await perform(app, { verb: 'delay', ms: parsed.value } satisfies Verb, legalOnes(app, 'delay'));
}

export const ANSWERING: readonly Command[] = [
  {
    name: 'hold.set',
    bindings: on(PANES_ONLY, 'i'),
    title: 'hold',
    help: 'Hold the faults that a filter takes, until you answer them; an empty filter holds everything.',
    group: 'Holding',
    argument: { kind: 'hold', example: 'range=heap rw=w', required: false },
    run: askHold,
  },
  {
    name: 'hold.toggle',
    bindings: on(PANES_ONLY, 'I'),
    title: 'hold on/off',
    help: 'Stop holding, or hold again by the last filter; what is held stays held until answered.',
    group: 'Holding',
    run: toggleHold,
  },
  {
    name: 'redrive',
    bindings: [],
    title: 'redrive',
    help: 'Let the faults that a handler has read and not answered come again, now to you; it may answer them too.',
    group: 'Holding',
    run: async (app) => {
      await app.at.session.redrive();
      app.say('what the handler has read and not answered comes again, to us', 'ok');
    },
  },
  {
    ...simple('answer', 'a', 'answer', 'Give the default answer: edited bytes, the source, or back to the handler.'),
    titleNow: answerWord,
  },
  {
    name: 'fault.answer-all',
    bindings: on(PANES_ONLY, 'A'),
    title: 'all',
    titleNow: (app) => (answerWord(app) === 'answer' ? 'all' : 'all back'),
    help: 'Answer everything that is held; asks first where several pages of a joined userfaultfd are touched.',
    group: 'Answering',
    enabled: (app) => (app.at.snapshot.held > 0 ? OK : no('nothing is held')),
    run: answerAll,
  },
  {
    name: 'fault.zero',
    bindings: on(PANES_ONLY, 'z'),
    title: 'zero',
    help: 'Map the zero page; asked once a range where somebody else would fill it.',
    group: 'Answering',
    enabled: (app) => verdictFor(app, 'zero'),
    run: zero,
  },
  {
    name: 'fault.copy',
    bindings: on(PANES_ONLY, 'c'),
    title: 'copy…',
    help: 'Fill the page from a file, another page, hex, a pattern or the clipboard.',
    group: 'Answering',
    argument: { kind: 'source', example: 'heap.img@0x1000', required: false },
    enabled: takesBytes,
    run: (app, argument) => (argument === null ? copyMenu(app) : copyLine(app, argument)),
  },
  simple('unprotect', 'u', 'unprotect', 'Lift the write protection of the page.'),
  simple('continue', 'o', 'continue', 'Map the page that the file already has.'),
  {
    name: 'fault.delay',
    bindings: on(PANES_ONLY, 'd'),
    title: 'delay…',
    help: 'Answer by default after a time.',
    group: 'Answering',
    argument: { kind: 'duration', example: '50ms', required: false },
    enabled: (app) => verdictFor(app, 'delay'),
    run: delay,
  },
  {
    name: 'fault.edit',
    bindings: on(PANES_ONLY, 'e'),
    title: 'edit bytes',
    help: 'Edit the bytes that the answer will give.',
    group: 'Answering',
    enabled: takesBytes,
    opens: true,
    run: (app) => editBytes(app, focused(app)),
  },
  {
    name: 'fault.revert',
    bindings: on(PANES_ONLY, 'V'),
    title: 'revert',
    help: 'Drop edited bytes: the answer is what it would have been.',
    group: 'Answering',
    enabled: (app) => (app.at.list.focused?.edited ? OK : no('no bytes of this fault were edited')),
    run: (app) => keep(app, focused(app).seq, null),
  },
  {
    name: 'fault.harm',
    bindings: on(PANES_ONLY, 'x'),
    title: 'corrupt, poison…',
    help: 'Harm on purpose: bit flips, xor, fill, truncate, an old page, poison; shown before it is done.',
    group: 'Answering',
    enabled: harmable,
    opens: true,
    run: harm,
  },
  simple('wake', 'w', 'wake', 'Wake the thread without an answer: it faults again.'),
  simple('pass', null, 'pass', 'Hand the fault to the handler and let that run.'),
  {
    name: 'fault.move',
    bindings: [],
    title: 'move',
    help: 'Move pages within the target (UFFDIO_MOVE).',
    group: 'Answering',
    enabled: (app) => (chosen(app).length === 0 ? no('no fault is selected') : verdictFor(app, 'move')),
    run: (app) => app.say('the kernel moves pages only for a caller inside the process', 'warn'),
  },
];
