import { readFileSync } from 'node:fs';

const ORPHAN_WAIT_MS = 100;

/**
 * Stop our process group as ctrl-z would. True once SIGCONT has continued us; false where the kernel ignored the stop:
 * the default action of SIGTSTP does nothing in an orphaned group (signal(7), get_signal()), as under `docker run -it`.
 * The caller must have no handler for SIGTSTP.
 */
export function stopProcessGroup(): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (stopped: boolean): void => {
      clearTimeout(timer);
      process.off('SIGCONT', onContinue);
      resolve(stopped);
    };
    const onContinue = (): void => end(true);
    process.on('SIGCONT', onContinue);
    process.kill(0, 'SIGTSTP');
    // This timer is late, not lost, when we did stop: SIGCONT is delivered in the same turn, and may come second.
    const timer = setTimeout(() => setImmediate(() => end(false)), ORPHAN_WAIT_MS);
  });
}

/** Is our process group the one that may use the terminal? proc_pid_stat(5): pgrp and tpgid. True where none is known. */
export function inForeground(): boolean {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return foreground === group || foreground === '-1';
}
