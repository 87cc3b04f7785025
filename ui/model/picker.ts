/** The live list of processes to choose from. */
import type { Candidate, CandidateList } from '../../native/session/discover/candidates.js';
import type { Session } from '../../native/session/types.js';

export interface PickerSource {
  list(): Promise<CandidateList>;
  /** `ino` names one of several userfaultfds. */
  attach(pid: number, ino: number | null): Promise<Session>;
}

/** What attaching would mean, in few words. */
export function wouldWords({ would }: Candidate): string {
  if (would.do === 'nothing') return would.brief;
  switch (would.handler) {
    case 'living':
      return 'join, handler alive';
    case 'unseen':
      return 'join, handler not seen reading';
    case 'none':
      return 'join, nobody answers';
  }
}
