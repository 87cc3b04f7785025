/** One thing that was tried or read, as `doctor --json` prints it. */
import { getSystemErrorName } from 'node:util';

export const AREAS = [
  'kernel',
  'userfaultfd',
  'features',
  'rights',
  'watching',
  'memory',
  'program',
  'terminal',
] as const;
export type Area = (typeof AREAS)[number];

export interface Check {
  /** Stable: `uffd.syscall`, `feature.MOVE`, `cap.SYS_PTRACE`. */
  readonly id: string;
  readonly area: Area;
  /** true: it works for this user. false: it does not. null: neither good nor bad, or it cannot be found out. */
  readonly ok: boolean | null;
  /** What was found, in the kernel's own words; null where it cannot be found out. */
  readonly value: string | number | null;
  /** One sentence: what that means for uffdscope. */
  readonly says: string;
  /** The one line that would change it: a command where there is one, else words. null where nothing needs to change. */
  readonly fix: string | null;
}

/** `EPERM`; `works` for 0. */
export function outcome(errno: number): string | null {
  if (errno < 0) return null;
  return errno === 0 ? 'works' : getSystemErrorName(-errno);
}
