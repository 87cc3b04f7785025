/** Joining a userfaultfd: find it, check that we may, take the descriptor, look at who reads it. */
import { statSync } from 'node:fs';
import { addon, nativeFile } from '../addon/load.js';
import type { NativeSessionClass } from '../addon/session-binding.js';
import { chooseUffd, type UffdChoice } from './discover/target.js';
import { UffdscopeError } from './errors.js';
import { kernelError } from './kernel-error.js';
import type { ReplayPlan } from './recording/replay-plan.js';
import type { RecordOptions } from './recording/session-recorder.js';
import { NativeJoin } from './session.js';
import { sourceText } from './source-text.js';
import type { DefaultAnswer, Session, Source } from './types.js';

export interface AttachOptions {
  readonly pid: number;
  /** Which of several, by fdinfo ino or by descriptor number in the holder. */
  readonly uffd?: { readonly ino: number } | { readonly fd: number };
  /** The process that holds it for the target. */
  readonly via?: number;
  /** What a fault gets that no hold takes. Left out: pass where a handler lives, else hold. */
  readonly defaultAnswer?: DefaultAnswer;
  readonly source?: Source;
  /** ms after which a held fault gets its default. */
  readonly maxHold?: number;
  /** Bytes answered at once. */
  readonly granularity?: number;
  /** Read beside a handler that cannot be frozen: it may see EAGAIN and take it badly. */
  readonly compete?: boolean;
  /** Read fork, remap, remove and unmap messages although a handler lives. */
  readonly ownEvents?: boolean;
  /** Never arm unasked, not even where nobody reads. */
  readonly lookOnly?: boolean;
  /** Once armed, let what the handler has read and not answered come again to us. */
  readonly redrive?: boolean;
  /** Begin to answer at once, as a default that was named says. Without: look until armed. */
  readonly armed?: boolean;
  /** Hold what this filter takes (null: everything) from the first fault on. Arms. */
  readonly hold?: string | null;
  /** Rules from the first fault on (docs/reference/rules.md). Arms. */
  readonly rules?: readonly string[];
  /** Files of scripts, in the order they are asked (docs/howto/write-a-script.md). Arms. */
  readonly scripts?: readonly string[];
  /** ms after which the default answers what a script was asked about (1000). */
  readonly scriptDeadline?: number;
  /** The uffd was made with UFFD_USER_MODE_ONLY; the kernel does not show it, so only who made it can know. */
  readonly userModeOnly?: boolean;
  readonly seed?: number;
  /** Write down everything from the first fault on. */
  readonly record?: RecordOptions & { readonly path: string };
  /** Faults get what they got in a recording, before holds by default and rules are asked. */
  readonly replay?: ReplayPlan;
  /** Faults kept, a power of two. */
  readonly keep?: number;
}

const LOOK_FOR_HANDLER_MS = 350;

/**
 * Takes part in the userfaultfd of a process. Disposing detaches, and what is held goes back.
 * @throws UffdscopeError, one for each way it cannot be done; the target is untouched then.
 */
export async function attach(options: AttachOptions): Promise<NativeJoin> {
  const choice = await chooseUffd(options);
  const source = options.source ?? null;
  const named = options.defaultAnswer ?? (source ? 'source' : undefined);
  const { Session: native } = addon<{ Session: NativeSessionClass }>();
  let joined;
  try {
    joined = await native.attach({
      target: choice.target.pid,
      holder: choice.holder.pid,
      fd: choice.fd,
      keeper: nativeFile('uffdscope-keeper'),
      fallback: named ?? 'pass',
      source,
      maxHold: Math.round((options.maxHold ?? 0) * 1e6),
      granularity: options.granularity ?? 0,
      ownEvents: options.ownEvents ?? false,
      compete: options.compete ?? false,
      redrive: options.redrive ?? false,
      armed: options.armed ?? false,
      faultsLog2: Math.log2(options.keep ?? 2 ** 20),
      logLog2: 18,
    });
  } catch (error) {
    throw kernelError(error, { pid: choice.target.pid, doing: 'attach' });
  }
  const session = new NativeJoin(joined, {
    how: 'join',
    target: choice.target,
    uffd: choice.uffd,
    userModeOnly: options.userModeOnly ?? null,
    seed: options.seed ?? randomSeed(),
    options: {
      defaultAnswer: named ?? 'pass',
      maxHold: options.maxHold ?? null,
      granularity: options.granularity ?? 4096,
      sourceText: source ? sourceText(source) : '',
    },
    source,
    holderPid: choice.holder.pid,
    defaultNamed: named !== undefined,
    ...(options.scriptDeadline !== undefined && { scriptDeadline: options.scriptDeadline }),
  });
  try {
    checkSource(source, session);
    if (options.replay) session.native.setReplay(options.replay.ranges, options.replay.steps, options.replay.bytes);
    if (options.record) session.record(options.record.path, options.record);
    if (options.scripts?.length) await session.scripts.addAll(options.scripts);
    if (options.rules?.length) await session.useRules(options.rules);
    if (options.scripts?.length) session.scripts.begin();
    if (options.hold !== undefined) await session.hold(options.hold);
    else if (options.armed || options.scripts?.length) await session.arm();
    else if (!options.lookOnly && !options.rules?.length) await armIfNobodyReads(session, choice);
    if (options.redrive) await session.redrive();
  } catch (error) {
    await session.detach();
    throw error;
  }
  return session;
}

/** Nobody to disturb: take part at once, holding unless a default was named. */
async function armIfNobodyReads(session: NativeJoin, choice: UffdChoice): Promise<void> {
  if (choice.readers > 0) return;
  const until = performance.now() + LOOK_FOR_HANDLER_MS;
  while (performance.now() < until) {
    if (session.snapshot().handler !== 'unknown') return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  try {
    await session.arm();
  } catch (error) {
    // Somebody does read: then we look, as was asked. The header says what came of it.
    if (!(error instanceof UffdscopeError && error.code === 'HANDLER_NOT_FROZEN')) throw error;
  }
}

/** A source that cannot fill the ranges is said before anything is touched. */
function checkSource(source: Source | null, session: Session): void {
  if (source?.type !== 'file') return;
  const size = statSync(source.path).size;
  for (const range of session.ranges()) {
    if (!range.modes.includes('missing')) continue;
    const needed = source.offset + Number(range.end - range.start);
    if (size >= needed) continue;
    throw new UffdscopeError(
      'SOURCE',
      `The source is too short: ${source.path} has ${size} bytes, range ${range.name} needs ${needed}.`,
      'Name a longer file, a smaller offset (FILE@OFF), or --source zero.',
    );
  }
}

function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}
