/** `replay FILE PID`: a new run gets what the recorded one got. */
import { statSync } from 'node:fs';
import { inspectTarget, parsePid } from '../../native/session/discover/target.js';
import { UffdscopeError } from '../../native/session/errors.js';
import { Recording } from '../../native/session/recording/index.js';
import { replayPlan } from '../../native/session/recording/replay-plan.js';
import type { DefaultAnswer } from '../../native/session/types.js';
import { DEFAULT_ANSWERS, planAttach, type AttachWords } from '../attach-flags.js';
import { withConfig } from '../config/index.js';
import type { Context } from '../context.js';
import { usage } from '../flags.js';
import { followLines } from '../headless.js';
import { RefusedReplays, replayedText } from '../output/replayed.js';
import { count } from '../output/units.js';

export async function replay(file: string, pid: string, words: AttachWords, context: Context): Promise<void> {
  if (words.record !== undefined && isSameFile(file, words.record))
    throw usage('A replay cannot be recorded over the recording that it replays', 'Name another file for --record');
  using recording = new Recording(file);
  const plan = replayPlan(recording);
  const target = await inspectTarget(parsePid(pid));
  const { seed, default: answer, source } = recording.description;
  const as = withConfig({ ...words, headless: true, seed: words.seed ?? String(seed) }, context.config);
  const lines = await planAttach(target.pid, as);
  if (lines.show.as !== 'lines') return;
  const { attach } = await import('../../native/session/index.js');
  const session = await attach({
    ...lines.attach,
    ...recordedDefault(words, answer, source),
    replay: plan,
    armed: true,
    lookOnly: false,
  });
  const refused = new RefusedReplays();
  await followLines(session, { ...lines, format: lines.show.format, seen: (record) => refused.see(record) }, context);
  const state = session.native.replayState();
  if (state === null) return;
  context.say(`uffdscope: ${replayedText(state, refused.count)}`);
  const left = state.pages - state.touched;
  if (left > 0) context.say(`uffdscope: ${count(left, 'page')} of the recording never faulted.`);
  if (words.strict === true && (state.diverged > 0 || (left > 0 && !session.snapshot().alive)))
    throw new UffdscopeError('DIVERGED', 'The run was not as recorded.', 'The first difference is named above.');
}

function isSameFile(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

/** What was not recorded gets the default of the recording, unless another is named. */
function recordedDefault(words: AttachWords, answer: string, source: string): { defaultAnswer?: DefaultAnswer } {
  if (words.default !== undefined || words.source !== undefined) return {};
  const known = DEFAULT_ANSWERS.find((each) => each === answer);
  if (known === 'source')
    throw usage('The recording was answered from a source', `Name it again: --source ${source || 'FILE'}`);
  return { defaultAnswer: known ?? 'pass' };
}
