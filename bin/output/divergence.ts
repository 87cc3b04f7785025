/** Tells once where a replayed run leaves its recording. */
import type { NativeJoin } from '../../native/session/index.js';
import { firstDivergence } from '../../native/session/recording/index.js';
import type { SessionRecord } from '../../native/session/records.js';
import { safeText } from '../../native/session/safe-text.js';
import type { Context } from '../context.js';

export class DivergenceWatch {
  #told = false;
  constructor(
    readonly session: NativeJoin,
    readonly context: Context,
  ) {}

  *take(): Generator<SessionRecord> {
    const first = this.#told ? null : firstDivergence(this.session);
    if (first === null) return;
    this.#told = true;
    const place = first.range ?? (first.address === null ? '' : `0x${first.address.toString(16)}`);
    this.context.say(
      `uffdscope: the run leaves the recording at fault ${first.seq} (${safeText(place)}): ${first.reason}.`,
    );
    yield first;
  }
}
