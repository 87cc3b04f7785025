/** What the checks are made from: read once, so that every check is a pure function. */
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { release } from 'node:os';
import { delimiter, join } from 'node:path';
import { addon, findNative } from '../../../addon/load.js';
import type { FeatureBit, ObserveAddon, RawProbe } from '../../../addon/observe.js';
import { sudoLine } from '../../sudo-hint.js';
import { featureTable } from '../features.js';

export interface TerminalFacts {
  readonly isTerminal: boolean;
  readonly columns: number | null;
  readonly rows: number | null;
  /** 0 none, 1 sixteen, 2 of 256, 3 all. */
  readonly colorLevel: 0 | 1 | 2 | 3;
  readonly utf8: boolean;
}

export interface Facts {
  readonly release: string;
  readonly arch: string;
  readonly euid: number;
  readonly probe: RawProbe;
  readonly features: readonly FeatureBit[];
  /** CapEff of this process; null where it cannot be read. */
  readonly capabilities: bigint | null;
  readonly seccomp: number | null;
  /** Text of a file without its last newline, by path; null where it cannot be read. */
  readonly files: Readonly<Record<FactFile, string | null>>;
  /** Targets of /proc/self/ns/user and pid. */
  readonly userNamespace: string | null;
  readonly pidNamespace: string | null;
  readonly hugePages: readonly { readonly kib: number; readonly total: number; readonly free: number }[];
  readonly node: string;
  readonly nodeApi: number;
  readonly keeper: string | null;
  readonly symbolizer: string | null;
  readonly terminal: TerminalFacts;
  /** The line that runs the same as root. */
  readonly sudo: string;
}

export const FACT_FILES = {
  unprivileged: '/proc/sys/vm/unprivileged_userfaultfd',
  yama: '/proc/sys/kernel/yama/ptrace_scope',
  lockdown: '/sys/kernel/security/lockdown',
  paranoid: '/proc/sys/kernel/perf_event_paranoid',
  unprivilegedBpf: '/proc/sys/kernel/unprivileged_bpf_disabled',
  thp: '/sys/kernel/mm/transparent_hugepage/enabled',
  swaps: '/proc/swaps',
  maxMapCount: '/proc/sys/vm/max_map_count',
} as const;
export type FactFile = keyof typeof FACT_FILES;

export async function gatherFacts(terminal: TerminalFacts): Promise<Facts> {
  const status = read('/proc/self/status') ?? '';
  const field = (name: string): string | undefined => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1];
  const capabilities = field('CapEff');
  const seccomp = field('Seccomp');
  return {
    release: release(),
    arch: process.arch,
    euid: process.geteuid!(),
    probe: await addon<ObserveAddon>().probe(),
    features: featureTable(),
    capabilities: capabilities === undefined ? null : BigInt(`0x${capabilities}`),
    seccomp: seccomp === undefined ? null : Number(seccomp),
    files: Object.fromEntries(Object.entries(FACT_FILES).map(([name, path]) => [name, read(path)])) as Record<
      FactFile,
      string | null
    >,
    userNamespace: link('/proc/self/ns/user'),
    pidNamespace: link('/proc/self/ns/pid'),
    hugePages: hugePages(),
    node: process.versions.node,
    nodeApi: Number(process.versions['napi']),
    keeper: findNative('uffdscope-keeper'),
    symbolizer: onPath(['llvm-symbolizer', 'addr2line']),
    terminal,
    sudo: sudoLine(),
  };
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    return null;
  }
}

function link(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function hugePages(): { kib: number; total: number; free: number }[] {
  const root = '/sys/kernel/mm/hugepages';
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .map((name) => ({
      kib: Number(/^hugepages-(\d+)kB$/.exec(name)?.[1] ?? 0),
      total: Number(read(join(root, name, 'nr_hugepages')) ?? 0),
      free: Number(read(join(root, name, 'free_hugepages')) ?? 0),
    }))
    .filter(({ kib }) => kib > 0)
    .toSorted((a, b) => a.kib - b.kib);
}

function onPath(names: readonly string[]): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path)) ?? null;
}
