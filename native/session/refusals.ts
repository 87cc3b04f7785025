/** Why the keeper would not freeze the handler (KeeperRefusal of keeper/protocol.h), as errors. */
import { readFileSync } from 'node:fs';
import { UffdscopeError } from './errors.js';

const CLAIMED = 8;

/** Is the tracer that stands in our way the keeper of another uffdscope? */
export function isKeeper({ refusal, pid }: { readonly refusal: number; readonly pid: number }): boolean {
  if (refusal !== 2) return false;
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('uffdscope-');
  } catch {
    return true; // it has ended meanwhile, whoever it was
  }
}

/** `pid` is the thread or process that it is about, 0 when none is. */
export function handlerRefusal(refusal: number, pid: number): UffdscopeError {
  const who = pid ? `thread ${pid}` : 'its thread';
  switch (refusal) {
    case 1:
      return new UffdscopeError(
        'NOT_PERMITTED',
        `The kernel does not let us stop the handler (${who}).`,
        'Run it as root, or with CAP_SYS_PTRACE; under Yama set kernel.yama.ptrace_scope to 0.',
      );
    case 2:
      if (isKeeper({ refusal, pid })) {
        return new UffdscopeError(
          'TRACED',
          `Another uffdscope takes part, or its keeper (process ${pid}) still gives back what it held.`,
          'Leave there first, or wait until that keeper has ended.',
        );
      }
      return new UffdscopeError(
        'TRACED',
        `The handler is traced by another debugger (process ${pid}).`,
        `End that one first, or read beside the handler with --compete.`,
      );
    case 4:
      return new UffdscopeError(
        'HANDLER_NOT_FROZEN',
        `An io_uring worker reads this userfaultfd (${who}); it cannot be stopped.`,
        'Read beside it with --compete: it may then see EAGAIN from its reads.',
      );
    case 5:
      return new UffdscopeError('KEEPER', 'The keeper process is gone, so nothing is touched.', 'Try again.');
    case 6:
      return new UffdscopeError(
        'HANDLER_NOT_FROZEN',
        `Nobody waits for messages, but ${who} is at work and may be the handler, so we do not read beside it.`,
        'Try again when it is idle; if it is not the handler, take part with --compete.',
      );
    case 7:
      return new UffdscopeError(
        'HANDLER_NOT_FROZEN',
        `A fault was read and not answered, and ${who} may be at work on it, so nothing is answered in its place.`,
        'Try again later; if whoever read it is gone or has forgotten it, attach with --redrive.',
      );
    case CLAIMED:
      return new UffdscopeError(
        'TRACED',
        `Another uffdscope takes part in this userfaultfd${pid > 0 ? ` (process ${pid})` : ''}.`,
        'Leave there first: two would answer the same faults.',
      );
    default:
      return new UffdscopeError(
        'HANDLER_NOT_FROZEN',
        `The handler (${who}) did not come to its wait, so it was let go and we do not read beside it.`,
        'Try again when it is idle, or read beside it with --compete: it may then see EAGAIN from its reads.',
      );
  }
}
