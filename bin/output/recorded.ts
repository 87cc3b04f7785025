/** What a recording has come to, on stderr. */
import { safeText } from '../../native/session/safe-text.js';
import type { RecordingState } from '../../native/session/types.js';
import type { Context } from '../context.js';
import { bytes, count } from './units.js';

export function sayRecorded(recorded: RecordingState | null, context: Context): void {
  if (recorded === null) return;
  const { path, faults, lost, dropped, files, error } = recorded;
  const several = files > 1 ? `, ${files} files` : '';
  context.say(
    `uffdscope: recorded ${count(faults, 'fault')} in ${safeText(path)} (${bytes(recorded.bytes)}${several}).`,
  );
  if (dropped > 0) context.say(`uffdscope: the oldest ${count(dropped, 'fault')} of them were dropped for --max-size.`);
  if (lost > 0) context.say(`uffdscope: ${count(lost, 'record')} came too fast to be recorded.`);
  if (error !== null) context.say(`uffdscope: the recording ends early: writing failed with ${error}.`);
}
