/**
 * Every error a user can see, in one table: a stable code, one plain sentence, a hint, the exit status.
 * docs/reference/errors.md is generated from it.
 */

/** 1 failed, 2 usage, 3 not permitted or not supported here, 4 an assertion failed. */
export type ExitStatus = 1 | 2 | 3 | 4;

interface ErrorKind {
  readonly exit: ExitStatus;
  /** What it means, for the reference. */
  readonly about: string;
}

export const ERROR_KINDS = {
  USAGE: { exit: 2, about: 'The arguments contradict each other or cannot be understood.' },
  CONFIG: { exit: 2, about: 'A configuration file cannot be understood; the sentence names file, line and field.' },
  FILTER: { exit: 2, about: 'A filter expression cannot be read; the caret shows where.' },
  RULES: {
    exit: 2,
    about: 'A rule cannot be read, contradicts itself, or names what is not there; the caret shows where.',
  },
  EXPECT: { exit: 2, about: 'An expectation cannot be read; the caret shows where.' },
  SCRIPT: { exit: 2, about: 'A script cannot be found or run; the sentence names file, line and column.' },
  NO_SUCH_PROCESS: { exit: 1, about: 'No process has this pid, or it ended before we could attach.' },
  ZOMBIE: { exit: 1, about: 'The process has ended and waits for its parent; it has no memory.' },
  KERNEL_THREAD: { exit: 1, about: 'A kernel thread has no user memory and no userfaultfd.' },
  REFUSED_SELF: { exit: 1, about: 'uffdscope does not take part in itself, its keeper, its ancestors, or pid 1.' },
  TRACED: { exit: 1, about: 'Another debugger traces the thread that must be frozen.' },
  NOT_PERMITTED: { exit: 3, about: 'The kernel does not let this user do it.' },
  NOT_SUPPORTED: { exit: 3, about: 'This kernel or machine cannot do it.' },
  NO_UFFD: { exit: 1, about: 'The process has no userfaultfd.' },
  SEVERAL_UFFDS: { exit: 2, about: 'The process has several and none was named.' },
  NO_SUCH_UFFD: { exit: 1, about: 'The userfaultfd named is not there (any more).' },
  HANDLER_NOT_FROZEN: {
    exit: 1,
    about: 'The handler could not be stopped inside its wait, so we do not read beside it.',
  },
  SOURCE: { exit: 1, about: 'The source of bytes cannot be read, or is too short for the ranges it must fill.' },
  RECORDING: {
    exit: 1,
    about: 'A recording cannot be written or read: damaged, from a newer version, or no recording at all.',
  },
  OUTPUT: { exit: 1, about: 'A file that was to be written cannot be written.' },
  METRICS: { exit: 1, about: 'Metrics cannot be served at the address that was named.' },
  DIVERGED: { exit: 1, about: 'A replayed run was not as recorded, and --strict was given.' },
  NO_TERMINAL: { exit: 2, about: 'A screen was asked for and there is no terminal.' },
  KEEPER: { exit: 1, about: 'The keeper process could not be started or died.' },
  NOT_BUILT: { exit: 1, about: 'The native part is missing or does not fit this machine.' },
  EXPECTATION: { exit: 4, about: 'Something that was expected did not hold.' },
  INTERNAL: { exit: 1, about: 'A fault of uffdscope itself; --debug shows where.' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

/** The one error class. `message` is one plain sentence; `hint` what to do next; `facts` the kernel's own words. */
export class UffdscopeError extends Error {
  override readonly name = 'UffdscopeError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly hint: string = '',
    readonly facts: Readonly<Record<string, string | number>> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
  get exit(): ExitStatus {
    return ERROR_KINDS[this.code].exit;
  }
}
