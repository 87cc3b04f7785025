/**
 * Every field of every JSON document, held to the types of the code: a field that is added there and not described here
 * does not compile. A shape is written in words that a test can check (test/docs/shape.ts).
 */
import type { PsDocument, PsRange, PsUffd, PsWaiting } from '../../native/session/discover/ps.js';
import type { Check } from '../../native/session/discover/doctor/index.js';
import { AREAS } from '../../native/session/discover/doctor/index.js';
import type {
  Latency as Latencies,
  PageCount,
  RangeCount,
  Summary,
  ThreadCount,
  Verdict,
} from '../../native/session/index.js';
import type * as Records from '../../native/session/records.js';
import type { Access, Action, FaultKind, Holder, How, Process, RangeMode } from '../../native/session/types.js';

/** `integer`, `ns`, `hex`, `text`, `true or false`, `"a"`, `one of a, b`, an object by name, `list of …`, `… or null`. */
export type Shape = string;
export type Fields<T> = { readonly [K in keyof T]-?: readonly [Shape, string] };
export type Objects = Readonly<Record<string, Fields<Record<string, unknown>>>>;

const oneOf = (...choices: readonly string[]): Shape => `one of ${choices.join(', ')}`;

const KIND = oneOf(...(['missing', 'wp', 'minor'] as const satisfies FaultKind[]));
const ACCESS = oneOf(...(['read', 'write'] as const satisfies Access[]));
const MODES = `list of ${oneOf(...(['missing', 'wp', 'minor'] as const satisfies RangeMode[]))}`;
const HOW = oneOf(...(['observe', 'join', 'plant', 'launch', 'receive'] as const satisfies How[]));
const ACTION = oneOf(
  ...(['copy', 'zero', 'continue', 'unprotect', 'poison', 'wake', 'pass'] as const satisfies Action[]),
);
const SCHEMA = 'name and version of this form';

type Latency = NonNullable<Records.SummaryRecord['latency']>;

export const PS: Objects = {
  Document: {
    schema: ['"uffdscope.ps/1"', SCHEMA],
    userfaultfds: ['list of Userfaultfd', 'every one that can be seen'],
    limits: ['list of text', 'what could not be seen, and what would show it'],
  } satisfies Fields<PsDocument & { schema: string }>,
  Userfaultfd: {
    ino: ['integer', 'what it is known by: the inode number of its fdinfo'],
    holders: ['list of Holder', 'every descriptor of it'],
    targets: ['list of Process', 'whose memory it serves; empty where that is not certain, or nothing is registered'],
    initialized: ['true or false', 'whether UFFDIO_API was done'],
    features: ['list of text', 'UFFD_FEATURE_ names without the prefix; a bit without a name is 0x…'],
    userModeOnly: ['true or false or null', 'UFFD_USER_MODE_ONLY; the kernel does not show it, so null'],
    pending: ['integer', 'faults that nobody has read'],
    total: ['integer', 'faults that wait, read or not'],
    ranges: ['list of Range or null', 'what is registered; null where several serve one memory'],
    waiting: ['list of Waiting', 'threads that wait for an answer'],
  } satisfies Fields<PsUffd>,
  Holder: {
    pid: ['integer', 'process'],
    comm: ['text', 'its name'],
    fd: ['integer', 'its descriptor number'],
    nonblocking: ['true or false', 'O_NONBLOCK'],
  } satisfies Fields<Holder>,
  Process: {
    pid: ['integer', 'process'],
    comm: ['text', 'its name'],
  } satisfies Fields<Process>,
  Range: {
    pid: ['integer', 'process'],
    start: ['hex', 'first byte'],
    end: ['hex', 'first byte after it'],
    modes: [MODES, 'what it is registered for'],
    name: ['text', 'what /proc/PID/maps calls it; [anon] where it has no name'],
  } satisfies Fields<PsRange>,
  Waiting: {
    pid: ['integer', 'process'],
    tid: ['integer', 'thread'],
    comm: ['text', "the thread's name"],
    state: [
      `${oneOf('unread', 'read', 'event')} or null`,
      'whether the message was read; event: it waits for an event to be read',
    ],
    kind: [`${oneOf('missing', 'wp', 'minor', 'fork', 'remap', 'remove', 'unmap')} or null`, 'of fault or event'],
    access: [`${ACCESS} or null`, 'what it wanted to do; /proc does not show it, so null'],
    address: ['hex or null', 'where; /proc does not show it, so null'],
    from: [`${oneOf('user', 'kernel')} or null`, 'whether an instruction or the kernel on its behalf touched the page'],
  } satisfies Fields<PsWaiting>,
};

export const PS_BY_FEATURE: Objects = {
  ...PS,
  Document: {
    ...PS['Document']!,
    features: ['list of Feature', 'only with --by feature: who uses which feature'],
  },
  Feature: {
    feature: ['text', 'its name; (none) for those that use none'],
    userfaultfds: ['list of integer', 'ino of each'],
  },
};

export const DOCTOR: Objects = {
  Document: {
    schema: ['"uffdscope.doctor/1"', SCHEMA],
    version: ['text', 'of uffdscope'],
    checks: ['list of Check', 'each thing that was tried or read'],
  },
  Check: {
    id: ['text', 'stable name: uffd.syscall, feature.MOVE, cap.SYS_PTRACE'],
    area: [oneOf(...AREAS), 'what it is about'],
    ok: ['true or false or null', 'works for this user; does not; null: neither, or it cannot be found out'],
    value: ['text or integer or null', "what was found, in the kernel's own words"],
    says: ['text', 'what that means for uffdscope'],
    fix: ['text or null', 'the one line that would change it'],
  } satisfies Fields<Check>,
};

const at = { t: ['ns', 'since the first record'] } as const;
const span = { start: ['hex', 'first byte'], end: ['hex', 'first byte after it'] } as const;
const type = <N extends string>(name: N) => ({ type: [`"${name}"`, ''] }) as const;
type TargetOf<N> = Extract<Records.TargetRecord, { type: N }>;

/** The records that `attach --headless -o jsonl` writes today, in the order in which one meets them. */
export const TRACE: Objects = {
  attach: {
    ...type('attach'),
    schema: ['"uffdscope.trace/1"', SCHEMA],
    ...at,
    time: ['text', 'wall clock, ISO 8601'],
    pid: ['integer', 'the target'],
    how: [HOW, 'how uffdscope stands to it; join: it takes part in a uffd that was there'],
    ino: ['integer', 'the userfaultfd'],
    version: ['text', 'of uffdscope'],
    seed: ['integer', 'of every random choice'],
  } satisfies Fields<Records.AttachRecord & { schema: string }>,
  register: {
    ...type('register'),
    ...at,
    pid: ['integer', 'whose memory'],
    ...span,
    modes: [MODES, 'what it is registered for'],
    name: ['text', 'name of the range: heap, shm:NAME, anon[0] …'],
  } satisfies Fields<Records.RegisterRecord>,
  fault: {
    ...type('fault'),
    ...at,
    seq: ['integer', 'number of the fault, from 1'],
    pid: ['integer or null', 'whose memory; null: a forked child whose number is not known'],
    tid: ['integer or null', 'the thread that waits; null where the uffd does not carry THREAD_ID'],
    kind: [KIND, 'why the kernel stopped it'],
    access: [ACCESS, 'what it wanted to do'],
    address: ['hex', 'as the kernel reports it: exact with EXACT_ADDRESS, else the page'],
    page: ['hex', 'start of the page'],
    pageSize: ['integer', 'bytes'],
    range: ['text or null', 'name+0xOFFSET; null outside every known range'],
  } satisfies Fields<Records.FaultLine>,
  resolve: {
    ...type('resolve'),
    ...at,
    seq: ['integer', 'which fault'],
    action: [ACTION, 'what was done'],
    bytes: ['integer', 'how many were filled or unprotected'],
    latency: ['ns or null', 'from read to answer'],
    by: [
      'text',
      'operator, default, rule:ID, script:NAME, replay, handler, keeper; target: the thread left the fault by itself',
    ],
    errno: ['text or null', "the kernel's error where it refused"],
    readAt: ['ns or null', 'when its message was read'],
    answeredAt: ['ns or null', 'when the kernel had taken the answer'],
    resumedAt: [
      'ns or null',
      'when the thread went on; null in attach: the answering call wakes it, and the kernel does not tell when it runs',
    ],
  } satisfies Fields<Records.ResolveRecord>,
  decide: {
    ...type('decide'),
    ...at,
    seq: ['integer', 'which fault'],
    action: [oneOf('hold', 'delay', 'script', 'pass'), 'what was decided in place of an answer'],
    by: ['text', 'operator, default, rule:ID, script:NAME, replay'],
    until: ['ns or null', 'when it is answered without another word; null: not before somebody does'],
  } satisfies Fields<Records.DecideRecord>,
  fork: {
    ...type('fork'),
    ...at,
    pid: ['integer or null', 'the process; null: a forked child whose number is not known'],
    child: ['integer or null', 'the new one; null where it ended too soon to be told from others'],
  } satisfies Fields<TargetOf<'fork'>>,
  exec: {
    ...type('exec'),
    ...at,
    pid: ['integer or null', 'the process: it runs another program now, and the memory that was served is gone'],
  } satisfies Fields<TargetOf<'exec'>>,
  exit: {
    ...type('exit'),
    ...at,
    pid: ['integer or null', 'the process, or a forked child of it that we answered for'],
    code: ['integer or null', "as $? of a shell: its exit status, or 128 and the signal; null where it can't be seen"],
  } satisfies Fields<TargetOf<'exit'>>,
  remap: {
    ...type('remap'),
    ...at,
    pid: ['integer or null', 'the process; null: a forked child whose number is not known'],
    from: ['hex', 'where it was'],
    to: ['hex', 'where it is'],
    length: ['integer', 'bytes'],
  } satisfies Fields<TargetOf<'remap'>>,
  remove: {
    ...type('remove'),
    ...at,
    pid: ['integer or null', 'the process; null: a forked child whose number is not known'],
    ...span,
  } satisfies Fields<TargetOf<'remove' | 'unmap'>>,
  unmap: {
    ...type('unmap'),
    ...at,
    pid: ['integer or null', 'the process; null: a forked child whose number is not known'],
    ...span,
  } satisfies Fields<TargetOf<'remove' | 'unmap'>>,
  note: {
    ...type('note'),
    ...at,
    text: ['text', 'something a person should know'],
  } satisfies Fields<Records.NoteRecord>,
  diverge: {
    ...type('diverge'),
    ...at,
    seq: ['integer', 'the first fault of a replay that was not as recorded'],
    address: ['address or null', 'where it faulted; null: no longer kept'],
    range: ['text or null', 'its range and the page in it'],
    reason: ['text', 'what is different'],
  } satisfies Fields<Records.DivergeRecord>,
  lost: {
    ...type('lost'),
    ...at,
    count: ['integer', 'records that were overwritten before they could be written here'],
  } satisfies Fields<Records.LostRecord>,
  summary: {
    ...type('summary'),
    ...at,
    faults: ['integer', 'read by us'],
    resolved: ['integer', 'answered by us'],
    failed: ['integer', 'that the kernel refused to have answered'],
    handedBack: ['integer', 'woken without an answer, for their handler'],
    byAction: ['counts', 'answers by action'],
    latency: ['Latency or null', 'from read to answer; null where nothing was answered'],
    seed: ['integer', 'what the draws of rules hung on'],
    rules: ['list of RuleSummary', 'every rule, in order'],
  } satisfies Fields<Records.SummaryRecord>,
  detach: {
    ...type('detach'),
    ...at,
    pid: ['integer', 'the target'],
    released: ['integer', 'faults handed back on leaving'],
    restored: ['integer', 'pages put back; 0 when joining'],
  } satisfies Fields<Records.DetachRecord>,
  RuleSummary: {
    id: ['integer', 'as in `rule:ID`'],
    text: ['text', 'as it was written'],
    matched: ['integer', 'faults that its filter took'],
    acted: ['integer', 'faults that it did something to'],
  } satisfies Fields<Records.RuleSummary>,
  Latency: {
    p50: ['ns', 'half were faster'],
    p99: ['ns', 'one in a hundred was slower'],
    max: ['ns', 'the slowest'],
  } satisfies Fields<Latency>,
};

type Part<K extends 'byKind' | 'byAnswer' | 'latencies'> = Summary[K][number];
const LATENCY = {
  count: ['integer', 'answers'],
  mean: ['ns', 'their mean'],
  p50: ['ns', 'half were faster; this and the next are at most 1.6 % too large'],
  p90: ['ns', 'one in ten was slower'],
  p99: ['ns', 'one in a hundred was slower'],
  p999: ['ns', 'one in a thousand was slower'],
  max: ['ns', 'the slowest'],
} satisfies Fields<Latencies>;

export const SUMMARY: Objects = {
  Document: {
    schema: ['"uffdscope.summary/1"', SCHEMA],
    version: ['text', 'of uffdscope'],
    time: ['text', 'wall clock when it was made, ISO 8601'],
    pid: ['integer', 'the target'],
    comm: ['text', 'its name'],
    ino: ['integer', 'the userfaultfd'],
    how: [HOW, 'how uffdscope stood to it'],
    seed: ['integer', 'of every random choice'],
    lasted: ['ns', 'since we attached'],
    faults: ['integer', 'read by us'],
    resolved: ['integer', 'answered by us'],
    handedBack: ['integer', 'woken without an answer, for their handler'],
    ended: ['integer', "that went without us: their memory, their thread, or somebody else's answer"],
    waiting: ['integer', 'not answered yet'],
    failed: ['integer', 'answers that the kernel refused, or that had no bytes; their faults waited on'],
    races: ['integer', 'answers that found the page there already'],
    lost: ['integer', 'log records overwritten before they could be written out'],
    rate: ['number', 'faults a second since we attached'],
    latency: ['Latency or null', 'from read to answer; null where nothing was answered'],
    byKind: ['list of KindCount', 'faults by kind and access'],
    byAnswer: ['list of AnswerCount', 'answers by action and by whom'],
    latencies: ['list of KindLatency', 'latency by kind and action'],
    ranges: ['list of RangeCount', 'registered at the end, most faults first'],
    pages: ['list of PageCount', 'the ten that faulted most'],
    pageCount: ['integer', 'pages that faulted at all'],
    threads: ['list of ThreadCount', 'the ten that faulted most'],
    threadCount: ['integer', 'threads that faulted at all'],
    rules: ['list of RuleSummary', 'every rule, in order'],
    verdicts: ['list of Verdict', 'every expectation, and what a script asked; with --strict also every rule'],
    ok: ['true or false', 'no verdict failed'],
  } satisfies Fields<Summary>,
  Latency: LATENCY,
  KindCount: {
    kind: [KIND, 'why the kernel stopped the thread'],
    access: [ACCESS, 'what it wanted to do'],
    faults: ['integer', 'so many'],
  } satisfies Fields<Part<'byKind'>>,
  AnswerCount: {
    action: [ACTION, 'what was done'],
    by: [oneOf('operator', 'default', 'rule', 'script', 'handler', 'keeper', 'target'), 'who decided it'],
    answers: ['integer', 'so many'],
  } satisfies Fields<Part<'byAnswer'>>,
  KindLatency: {
    kind: [KIND, 'of the fault'],
    action: [ACTION, 'of the answer'],
    ...LATENCY,
  } satisfies Fields<Part<'latencies'>>,
  RangeCount: {
    name: ['text', 'name of the range'],
    ...span,
    faults: ['integer', 'so many'],
  } satisfies Fields<RangeCount>,
  PageCount: {
    page: ['hex', 'its address'],
    range: ['text or null', 'name+0xOFF; null outside every range that is registered now'],
    faults: ['integer', 'so many, counted up to 65535'],
  } satisfies Fields<PageCount>,
  ThreadCount: {
    pid: ['integer', 'its process; 0: not known'],
    tid: ['integer', '0: all threads that are not known'],
    comm: ['text', 'its name; empty where it has ended'],
    faults: ['integer', 'so many'],
    waited: ['ns', 'from read to answer, all together'],
    longest: ['ns', 'the longest of these'],
  } satisfies Fields<ThreadCount>,
  RuleSummary: TRACE['RuleSummary']!,
  Verdict: {
    from: [oneOf('expect', 'rule', 'script'), 'what asked for it'],
    text: ['text', 'as it was written'],
    ok: ['true or false', 'it held'],
    seen: ['text', 'what was seen, in words'],
    value: ['number or null', 'the number that was compared, ns for times; null where there is none'],
  } satisfies Fields<Verdict>,
};
