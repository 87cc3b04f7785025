/** What could not be seen, and what would show it: one sentence each. */
import { readFileSync, readlinkSync } from 'node:fs';
import type { RawScan } from '../../addon/observe.js';
import { safeText } from '../safe-text.js';
import { sudoLine, sudoHint } from '../sudo-hint.js';
import { memoriesOf, type Memory, type Served } from './memories.js';
import type { Attributed } from './waiting.js';

// fs/proc: PROC_PID_INIT_INO; any other number is a pid namespace of its own.
const FIRST_PID_NAMESPACE = 'pid:[4026531836]';

export function limitsOf(scan: RawScan, served: ReadonlyMap<number, Served>, attributed: Attributed): string[] {
  return [
    ...hiddenProcesses(scan),
    ...hiddenMachine(),
    ...openTargets(served),
    ...hiddenHandlers(scan, served),
    ...sharedMemories(served),
    ...openWaits(scan, attributed),
  ];
}

function hiddenProcesses({ lookedAt, refused, halfRefused }: RawScan): string[] {
  const sentences = [];
  if (refused > 0) {
    sentences.push(
      `${refused} of ${lookedAt} processes could not be looked into, being other users' or protected. ${more()}`,
    );
  }
  if (halfRefused > 0) {
    sentences.push(`Memory or threads of ${processes(halfRefused)} could not be looked into. ${more()}`);
  }
  return sentences;
}

function more(): string {
  return process.geteuid?.() === 0 ? sudoHint() : `To see all: ${sudoLine()}`;
}

function hiddenMachine(): string[] {
  const sentences = [];
  if (namespace() !== FIRST_PID_NAMESPACE) {
    sentences.push('Processes outside this pid namespace (container) cannot be seen; run it on the host for those.');
  }
  const hide = /^\S+ \/proc proc \S*hidepid=(invisible|noaccess|ptraceable|[124])/m.exec(mounts());
  if (hide !== null && process.geteuid?.() !== 0) {
    sentences.push(`/proc is mounted with hidepid=${hide[1]}, which hides processes of other users. ${more()}`);
  }
  return sentences;
}

function openTargets(served: ReadonlyMap<number, Served>): string[] {
  const sentences = [];
  for (const [ino, one] of served) {
    if (one.certain || one.candidates.length === 0) continue;
    const names = one.candidates.map(nameMemory).join(' or ');
    sentences.push(
      `uffd ${ino} serves ${names}: which cannot be told from who holds it; taking part (attach) shows whose faults it carries.`,
    );
  }
  return sentences;
}

/** Registered memory that none of the userfaultfds we see can serve. */
function hiddenHandlers(scan: RawScan, served: ReadonlyMap<number, Served>): string[] {
  const explained = new Set(
    [...served.values()].flatMap((one) => (one.certain ? [one.memory.id] : one.candidates.map(({ id }) => id))),
  );
  return memoriesOf(scan)
    .filter((memory) => !explained.has(memory.id))
    .map((memory) => {
      const where =
        scan.refused > 0
          ? 'a process that we may not look into'
          : 'nobody that we can see (in flight over a socket, perhaps)';
      return `The memory of ${nameMemory(memory)} is registered with a userfaultfd held by ${where}.${scan.refused > 0 ? ` ${more()}` : ''}`;
    });
}

function sharedMemories(served: ReadonlyMap<number, Served>): string[] {
  const byMemory = new Map<Memory, number[]>();
  for (const [ino, one] of served) {
    if (one.certain) byMemory.set(one.memory, [...(byMemory.get(one.memory) ?? []), ino]);
  }
  return [...byMemory]
    .filter(([, inos]) => inos.length > 1)
    .map(
      ([memory, inos]) =>
        `uffds ${inos.join(', ')} all serve ${nameMemory(memory)}: which of its ${memory.processes[0]!.ranges.length} ranges is whose is not in /proc.`,
    );
}

function openWaits(scan: RawScan, attributed: Attributed): string[] {
  const sentences = attributed.unknown.map(
    ({ pid, tid, comm, event }) =>
      `Thread ${tid} (${safeText(comm)}) of process ${pid} waits for ${event === null ? 'a page' : 'an event to be read'}: from which userfaultfd cannot be told.`,
  );
  const faults = scan.waiting.filter(({ event }) => event === null).length;
  if (faults > 0)
    sentences.push('The addresses that threads wait on are not in /proc; taking part (attach) shows them.');
  return sentences;
}

function nameMemory({ processes: [first] }: Memory): string {
  return `${first!.pid} (${safeText(first!.comm)})`;
}

function processes(count: number): string {
  return count === 1 ? '1 process' : `${count} processes`;
}

function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return FIRST_PID_NAMESPACE; // a kernel without pid namespaces has no other
  }
}

function mounts(): string {
  try {
    return readFileSync('/proc/self/mounts', 'utf8');
  } catch {
    return '';
  }
}
