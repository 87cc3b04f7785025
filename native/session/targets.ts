/** The bundled programs to attach to: `uffdscope demo [NAME]`, the lessons, the tests. Built from native/targets. */
import { nativeFile } from '../addon/load.js';
import { UffdscopeError } from './errors.js';
import { nearest } from './filter/suggest.js';
import { safeText } from './safe-text.js';

export interface TargetOption {
  readonly flag: string;
  /** Word for its value, or null where it takes none. */
  readonly value: string | null;
  readonly doc: string;
}

export interface BundledTarget {
  readonly name: string;
  readonly title: string;
  /** One or two sentences. */
  readonly teaches: string;
  readonly options: readonly TargetOption[];
  /** 'asks': somebody else must answer. 'serves': it has a handler that works. 'broken': its handler does not. */
  readonly handler: 'asks' | 'serves' | 'broken';
  /** Works for a user without privileges, with faults of user-mode instructions only. */
  readonly unprivileged: boolean;
  /** The program in native/targets, without .c. */
  readonly file: string;
}

const option = (flag: string, value: string | null, doc: string): TargetOption => ({ flag, value, doc });
const PAGES = option('--pages', 'N', 'pages to touch (8)');
const PAUSE = option('--pause', 'MS', 'milliseconds between two touches');
const THREADS = option('--threads', 'N', 'threads that fault');
const ROUNDS = option('--rounds', 'N', 'rounds to go, 0 for ever');
const NO_HANDLER = option('--no-handler', null, 'leave faults and events to whoever attaches');

function target(
  name: string,
  handler: BundledTarget['handler'],
  title: string,
  teaches: string,
  options: readonly TargetOption[],
  file = `demo_${name}`,
): BundledTarget {
  return { name, title, teaches, options, handler, unprivileged: name !== 'forks', file };
}

export const TARGETS: readonly BundledTarget[] = [
  target(
    'demo',
    'asks',
    'Several ranges, several threads',
    'Anonymous and shared memory that faults gently and for ever: missing, write-protected and minor. Nobody answers unless you do.',
    [
      option('--threads', 'N', 'threads that fault (4)'),
      option('--map', 'SIZE', 'size of the largest range (64M)'),
      option('--rate', 'N', 'faults a second, all threads together (8)'),
      option('--serve', null, 'answer by a handler of its own'),
      option('--delay', 'US', 'microseconds that handler takes for an answer'),
    ],
    'demo_tour',
  ),
  target(
    'missing',
    'asks',
    'A missing page',
    'A thread reads pages that were never filled, and prints the bytes it is given.',
    [PAGES, PAUSE, option('--write', null, 'touch by writing')],
  ),
  target(
    'wp',
    'asks',
    'A write-protected page',
    'Every write waits until the protection of its page is lifted; reads go on.',
    [PAGES, PAUSE],
  ),
  target(
    'minor',
    'asks',
    'A page that is there but not mapped',
    'Shared memory in the page cache waits to be mapped with UFFDIO_CONTINUE.',
    [PAGES, PAUSE],
  ),
  target(
    'nobody_reads',
    'asks',
    'Nobody reads',
    'Memory is registered, no handler runs: every thread that touches it hangs.',
    [THREADS],
  ),
  target(
    'handler_stalls',
    'broken',
    'A handler that forgets',
    'The handler reads the messages, answers none, and waits for more.',
    [THREADS, option('--answer-first', 'N', 'answers before it begins to forget')],
  ),
  target(
    'handler_dies',
    'broken',
    'A handler that ends',
    'The handler thread ends with the messages it has read; the uffd stays open.',
    [THREADS],
  ),
  target('blocking_uffd', 'serves', 'A blocking uffd', 'A working handler that sits in a blocking read.', [PAUSE]),
  target(
    'epoll_et',
    'serves',
    'Edge-triggered epoll',
    'A working handler that hears each edge once, and goes deaf when one is stolen.',
    [PAUSE, THREADS],
  ),
  target('forks', 'serves', 'A process that forks', 'Every fork brings the handler a new uffd, for the child.', [
    PAUSE,
    PAGES,
    ROUNDS,
    NO_HANDLER,
  ]),
  target('remaps', 'serves', 'Memory that moves', 'Ranges are given back, moved and unmapped while they are served.', [
    PAUSE,
    ROUNDS,
    NO_HANDLER,
  ]),
  target(
    'checker',
    'asks',
    'Every byte checked',
    'Faults as fast as it can and holds every byte to what it must be; the tests and benchmarks run it.',
    [
      THREADS,
      PAGES,
      option('--rounds', 'N', 'rounds over the pages (1)'),
      option('--seconds', 'N', 'rounds until so much time has gone'),
      option('--kind', 'KIND', 'missing, wp or minor'),
      option('--expect', 'WHAT', 'zero, byte:HH or file:PATH[@OFFSET]'),
      option('--wait', null, 'begin after a line on stdin'),
      option('--pin', 'CPU', 'run on this processor'),
      option('--serve', null, 'answer by a handler of its own'),
      option('--hand-to', 'SOCKET', 'send the uffd to the handler that listens there'),
    ],
  ),
];

/** @throws UffdscopeError USAGE where no target has this name. */
export function findTarget(name: string): BundledTarget {
  const found = TARGETS.find((t) => t.name === name);
  if (found !== undefined) return found;
  const names = TARGETS.map((t) => t.name);
  const near = nearest(name, names);
  throw new UffdscopeError(
    'USAGE',
    `There is no bundled target ${safeText(name)}.`,
    near === null ? `There are ${names.join(', ')}.` : `Did you mean ${near}?`,
  );
}

/** Path of its program. @throws UffdscopeError NOT_BUILT where it is not there. */
export function targetPath({ file }: BundledTarget): string {
  return nativeFile(`targets/${file}`);
}

/** The line that every bundled target prints first on stdout. */
export type TargetReady =
  | {
      readonly ready: true;
      readonly target: string;
      readonly pid: number;
      readonly uffd: number;
      readonly ino: number;
      readonly userModeOnly: boolean;
      /** Hex. */
      readonly features: string;
      /** What this user cannot see in it, or ''. */
      readonly note: string;
      readonly ranges: readonly {
        readonly start: string;
        readonly end: string;
        readonly modes: readonly ('missing' | 'wp' | 'minor')[];
      }[];
    }
  | { readonly ready: false; readonly reason: string };
