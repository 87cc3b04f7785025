/** What stands against taking part in a process, as errors: one plain sentence each, and what to do. */
import { readFileSync, readlinkSync } from 'node:fs';
import type { RawRow } from '../../addon/observe.js';
import { UffdscopeError } from '../errors.js';
import { safeText } from '../safe-text.js';
import { sudoHint } from '../sudo-hint.js';

const LIST = 'List what there is: uffdscope ps';
const EPERM = 1;
const EACCES = 13;

/** `uffdscope-keeper` as the kernel keeps it: TASK_COMM_LEN is 16, its end a zero. */
export const KEEPER_COMM = 'uffdscope-keepe';

/** Who must not be touched: ourselves and everything we stand on. */
export interface OurProcesses {
  readonly self: number;
  readonly ancestors: ReadonlySet<number>;
}

/** pid, comm: `501 (qemu)`. */
export function nameProcess({ pid, comm }: { readonly pid: number; readonly comm: string }): string {
  return `${pid} (${safeText(comm)})`;
}

export function noSuchProcess(pid: number): UffdscopeError {
  return new UffdscopeError('NO_SUCH_PROCESS', `There is no process ${pid}.`, LIST);
}

export interface Refusal {
  /** For a list: `kernel thread`. */
  readonly brief: string;
  readonly error: UffdscopeError;
}

function against(brief: string, ...error: ConstructorParameters<typeof UffdscopeError>): Refusal {
  return { brief, error: new UffdscopeError(...error) };
}

/** The first reason against it, or null. `row` is a look at the process a moment ago. */
export function refusal(row: RawRow, ours: OurProcesses): Refusal | null {
  const name = nameProcess(row);
  if (row.tgid !== 0 && row.tgid !== row.pid) {
    return against(
      'a thread',
      'NO_SUCH_PROCESS',
      `${name} is not a process but a thread of process ${row.tgid}.`,
      `Name the process: ${row.tgid}`,
    );
  }
  if (row.kernelThread) {
    return against(
      'kernel thread',
      'KERNEL_THREAD',
      `Process ${name} is a kernel thread: it has no user memory.`,
      LIST,
    );
  }
  if (row.state === 'Z' || row.state === 'X') return zombie(row, name);
  if (row.pid === ours.self) {
    return against('uffdscope itself', 'REFUSED_SELF', `Process ${name} is uffdscope itself.`, LIST);
  }
  if (row.comm === KEEPER_COMM) {
    return against(
      'keeper of a uffdscope',
      'REFUSED_SELF',
      `Process ${name} is the keeper of a running uffdscope.`,
      LIST,
    );
  }
  if (row.pid === 1) {
    return against(
      'pid 1',
      'REFUSED_SELF',
      'Process 1 is refused: if it stops, so does everything it looks after.',
      LIST,
    );
  }
  if (ours.ancestors.has(row.pid)) {
    return against(
      'our own ancestor',
      'REFUSED_SELF',
      `Process ${name} is an ancestor of this uffdscope: if it stops, nobody is left to let it go on.`,
      'Start uffdscope from another terminal or by setsid(1).',
    );
  }
  if (row.tracer !== 0) {
    return against(
      `traced by ${row.tracer}`,
      'TRACED',
      `Process ${name} is traced by ${nameProcess({ pid: row.tracer, comm: commOf(row.tracer) })}.`,
      'Detach or end that one first.',
      { tracer: row.tracer },
    );
  }
  return row.attachErrno === 0 ? null : notPermitted(row, name);
}

function zombie(row: RawRow, name: string): Refusal {
  if (row.threads > 1) {
    return against(
      'first thread has exited',
      'ZOMBIE',
      `The first thread of process ${name} has exited, and the kernel lends descriptors only through that one.`,
      'If another process holds the userfaultfd, name it with --via PID.',
    );
  }
  return against('has ended', 'ZOMBIE', `Process ${name} has ended and only waits for its parent ${row.ppid}.`, LIST);
}

function notPermitted(row: RawRow, name: string): Refusal {
  const facts = {
    errno: row.attachErrno === EPERM ? 'EPERM' : row.attachErrno === EACCES ? 'EACCES' : row.attachErrno,
  };
  const say = (brief: string, why: string, hint: string): Refusal =>
    against(brief, 'NOT_PERMITTED', `Process ${name} ${why}.`, hint, facts);
  if (process.geteuid?.() === 0) {
    if (!hasPtrace()) return say('needs CAP_SYS_PTRACE', 'is out of reach: root lacks CAP_SYS_PTRACE here', sudoHint());
    if (inOtherUserNamespace(row.pid)) {
      return say(
        'other user namespace',
        'lives in a user namespace above ours',
        'Run uffdscope outside this container.',
      );
    }
    return say(
      'guarded by a security module',
      'is guarded by a security module (SELinux, AppArmor, Yama)',
      'See what guards it: uffdscope doctor',
    );
  }
  if (row.uid !== process.geteuid?.())
    return say(`needs root: of uid ${row.uid}`, `belongs to another user (uid ${row.uid})`, sudoHint());
  const yama = yamaScope();
  if (yama > 0) {
    return say(
      'needs root: Yama',
      `is out of reach: Yama (kernel.yama.ptrace_scope = ${yama}) lets only root or a parent look into it`,
      sudoHint(),
    );
  }
  return say('needs root: protected', 'is protected (setuid, or it made itself non-dumpable)', sudoHint());
}

function hasPtrace(): boolean {
  const match = /^CapEff:\s*([0-9a-f]+)/m.exec(read('/proc/self/status'));
  return match === null || (BigInt(`0x${match[1]}`) & (1n << 19n)) !== 0n;
}

function inOtherUserNamespace(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/user`) !== readlinkSync('/proc/self/ns/user');
  } catch {
    return true; // not even that may be read
  }
}

function yamaScope(): number {
  return Number.parseInt(read('/proc/sys/kernel/yama/ptrace_scope'), 10) || 0;
}

function commOf(pid: number): string {
  return read(`/proc/${pid}/comm`).trimEnd();
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
