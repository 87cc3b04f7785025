/** The live list of processes to choose from. */
import type { Session } from '../../native/session/types.js';

export interface PickerRow {
  readonly pid: number;
  /** Raw, as the kernel gives it. */
  readonly comm: string;
  readonly cmdline: string;
  readonly user: string;
  readonly uffds: number;
  /** Faults that wait now; null where it cannot be seen. */
  readonly waiting: number | null;
  /** What attaching would mean, in words: `join, handler alive`, `plant` … */
  readonly would: string;
  /** Why it cannot be attached, or null. */
  readonly refused: string | null;
}

export interface PickerSource {
  /** Processes with uffds first, by waiting faults, then all others. */
  list(): Promise<readonly PickerRow[]>;
  attach(pid: number): Promise<Session>;
}
