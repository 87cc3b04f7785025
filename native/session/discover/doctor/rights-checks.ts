/** Who we are to the kernel, and what stands between us and other processes. */
import type { Check } from './check.js';
import type { Facts } from './facts.js';

/** linux/capability.h; `for` is what of uffdscope needs it. */
const CAPABILITIES = {
  SYS_PTRACE: { bit: 19n, for: 'taking part in processes of other users, and catching faults of the kernel' },
  BPF: { bit: 39n, for: 'seeing the address each thread of a hang waits on (with CAP_PERFMON)' },
  PERFMON: { bit: 38n, for: 'seeing faults of the kernel as they happen' },
  SYS_ADMIN: { bit: 21n, for: 'kernel stacks of waiting threads, and BPF and perf before Linux 5.8' },
  SYS_RESOURCE: { bit: 24n, for: 'keeping the keeper alive when memory runs out' },
  CHECKPOINT_RESTORE: { bit: 40n, for: 'telling page cache from missing pages of another process (map_files)' },
} as const;
export type Capability = keyof typeof CAPABILITIES;

// include/linux/proc_ns.h: PROC_USER_INIT_INO, PROC_PID_INIT_INO.
const FIRST_USER_NAMESPACE = 'user:[4026531837]';
const FIRST_PID_NAMESPACE = 'pid:[4026531836]';

export function hasCapability({ capabilities }: Facts, name: Capability): boolean {
  return capabilities !== null && (capabilities & (1n << CAPABILITIES[name].bit)) !== 0n;
}

export function rightsChecks(facts: Facts): Check[] {
  return [
    {
      id: 'rights.user',
      area: 'rights',
      ok: null,
      value: facts.euid,
      says: facts.euid === 0 ? 'Running as root.' : `Running as user ${facts.euid}: own processes only.`,
      fix: facts.euid === 0 ? null : facts.sudo,
    },
    ...(Object.keys(CAPABILITIES) as Capability[]).map((name) => capability(facts, name)),
    yama(facts),
    lockdown(facts),
    seccomp(facts),
    userNamespace(facts),
    pidNamespace(facts),
  ];
}

function capability(facts: Facts, name: Capability): Check {
  const has = hasCapability(facts, name);
  return {
    id: `cap.${name}`,
    area: 'rights',
    ok: facts.capabilities === null ? null : has,
    value: facts.capabilities === null ? null : has ? 'yes' : 'no',
    says: `CAP_${name}: ${CAPABILITIES[name].for}.`,
    fix: has ? null : facts.euid === 0 ? `docker run --cap-add ${name} …` : facts.sudo,
  };
}

function yama(facts: Facts): Check {
  const scope = facts.files.yama === null ? null : Number(facts.files.yama);
  const passes = scope === null || scope === 0 || (scope < 3 && hasCapability(facts, 'SYS_PTRACE'));
  const meaning = [
    'nobody more than usual',
    'all but parents and CAP_SYS_PTRACE',
    'all but CAP_SYS_PTRACE',
    'everybody',
  ];
  return {
    id: 'rights.yama',
    area: 'rights',
    ok: passes,
    value: scope ?? 'absent',
    says:
      scope === null
        ? 'Yama is not built in: nothing more than the usual rules guards a process.'
        : `kernel.yama.ptrace_scope keeps ${meaning[scope] ?? 'somebody'} from taking part in a process.`,
    fix: passes
      ? null
      : scope === 3
        ? 'Reboot: ptrace_scope 3 cannot be lowered.'
        : 'sudo sysctl -w kernel.yama.ptrace_scope=0',
  };
}

function lockdown({ files, euid }: Facts): Check {
  const mode = files.lockdown === null ? null : (/\[(\w+)\]/.exec(files.lockdown)?.[1] ?? files.lockdown);
  const strict = mode === 'confidentiality';
  return {
    id: 'rights.lockdown',
    area: 'rights',
    ok: mode === null ? null : !strict,
    value: mode,
    says:
      mode === null
        ? 'Whether the kernel is locked down cannot be seen: securityfs is not mounted, or lockdown is not built in.'
        : strict
          ? 'Locked down for confidentiality: BPF may not read kernel memory, so hangs show no addresses.'
          : 'Lockdown does not stand in the way.',
    fix: strict
      ? 'Boot without lockdown=confidentiality.'
      : mode === null && euid === 0
        ? 'mount -t securityfs securityfs /sys/kernel/security'
        : null,
  };
}

function seccomp({ seccomp: mode, probe }: Facts): Check {
  const filtered = mode === 2;
  return {
    id: 'rights.seccomp',
    area: 'rights',
    ok: mode === null ? null : !filtered ? true : probe.uffdUserOnly === 0 ? null : false,
    value: mode,
    says: filtered
      ? 'A seccomp filter stands over us: what fails above may be its doing.'
      : 'No seccomp filter stands over us.',
    fix: filtered ? 'docker run --security-opt seccomp=unconfined …' : null,
  };
}

function userNamespace({ userNamespace: name }: Facts): Check {
  const first = name === FIRST_USER_NAMESPACE;
  return {
    id: 'rights.user-namespace',
    area: 'rights',
    ok: name === null ? null : first,
    value: name,
    says: first
      ? 'In the first user namespace: capabilities count everywhere.'
      : 'In a user namespace of our own: capabilities count inside it only, and userfaultfd(2) asks outside.',
    fix: name === null || first ? null : 'Run uffdscope outside the container.',
  };
}

function pidNamespace({ pidNamespace: name }: Facts): Check {
  const first = name === FIRST_PID_NAMESPACE;
  return {
    id: 'rights.pid-namespace',
    area: 'rights',
    ok: name === null ? null : first,
    value: name,
    says: first
      ? 'In the first pid namespace: every process can be seen.'
      : 'In a pid namespace of our own: processes outside cannot be seen.',
    fix: name === null || first ? null : 'docker run --pid host …',
  };
}
