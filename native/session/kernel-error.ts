/** A failed system call (call, errno) as the sentence, hint and exit code that a user gets. */
import { getSystemErrorName } from 'node:util';
import { UffdscopeError } from './errors.js';
import { sudoHint } from './sudo-hint.js';

interface NativeError extends Error {
  readonly call: string;
  readonly errno: number;
}

/** Anything that is not a failed call of the core passes through. */
export function kernelError(error: unknown, { pid, doing }: { readonly pid: number; readonly doing: string }): unknown {
  if (!(error instanceof Error) || typeof (error as NativeError).call !== 'string') return error;
  const { call, errno } = error as NativeError;
  const name = getSystemErrorName(-errno);
  const facts = { call, errno: name };
  const options = { cause: error };
  switch (name) {
    case 'ESRCH':
    case 'ENOENT':
      return new UffdscopeError(
        'NO_SUCH_PROCESS',
        `Process ${pid} ended before we could ${doing}.`,
        '',
        facts,
        options,
      );
    case 'EPERM':
    case 'EACCES':
      return new UffdscopeError(
        'NOT_PERMITTED',
        `The kernel does not let this user ${doing} to ${pid} (${call}: ${name}).`,
        sudoHint(),
        facts,
        options,
      );
    case 'EBADF':
      return new UffdscopeError(
        'NO_SUCH_UFFD',
        `The userfaultfd of ${pid} was closed before we could ${doing}.`,
        'List what there is: uffdscope ps',
        facts,
        options,
      );
    case 'ENODATA':
      return new UffdscopeError(
        'NO_SUCH_UFFD',
        `This userfaultfd of ${pid} is not in use yet: its owner has not called UFFDIO_API.`,
        'Try again once ps lists features or ranges for it: uffdscope ps',
        facts,
        options,
      );
    case 'ENOSYS':
      return new UffdscopeError(
        'NOT_SUPPORTED',
        `This kernel has no ${call}.`,
        'See what it has: uffdscope doctor',
        facts,
        options,
      );
    default:
      if (call.startsWith('keeper') || call.includes('keeper')) {
        return new UffdscopeError(
          'KEEPER',
          `The keeper process could not be started (${call}: ${name}).`,
          'Nothing was touched. See: uffdscope doctor',
          facts,
          options,
        );
      }
      return new UffdscopeError(
        'INTERNAL',
        `The kernel refused to ${doing} to ${pid}: ${call}: ${name}.`,
        '',
        facts,
        options,
      );
  }
}
