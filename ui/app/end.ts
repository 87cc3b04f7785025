import type { DetachSummary, Session } from '../../native/session/types.js';

/** How a screen ended; the caller prints and chooses the exit status. */
export interface ScreenEnd {
  readonly reason: 'quit' | 'signal' | 'gone' | 'error';
  readonly signal: NodeJS.Signals | null;
  readonly error: unknown;
  /** null where nothing was attached, or where a second ctrl-c did not wait: the keeper hands back then. */
  readonly summary: DetachSummary | null;
  readonly session: Session | null;
}
