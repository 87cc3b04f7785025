/** The kernel, its userfaultfd, and what that can do. */
import type { Check } from './check.js';
import { outcome } from './check.js';
import type { Facts } from './facts.js';
import { hasCapability } from './rights-checks.js';

const FIRST_WITH_INO = [5, 14] as const;

export function kernelChecks({ release, arch }: Facts): Check[] {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  const recent = major > FIRST_WITH_INO[0] || (major === FIRST_WITH_INO[0] && minor >= FIRST_WITH_INO[1]);
  const known = arch === 'x64' || arch === 'arm64';
  return [
    {
      id: 'kernel.release',
      area: 'kernel',
      ok: recent,
      value: release,
      says: recent
        ? 'Userfaultfds are told apart by the inode number in fdinfo.'
        : 'Before Linux 5.14 fdinfo has no inode number: holders of one userfaultfd cannot be paired.',
      fix: recent ? null : 'Run Linux 5.14 or newer.',
    },
    {
      id: 'kernel.arch',
      area: 'kernel',
      ok: known,
      value: arch,
      says: known ? 'The core is made for this processor.' : 'The core is made for x86-64 and arm64 only.',
      fix: known ? null : 'Run it on x86-64 or arm64.',
    },
  ];
}

export function uffdChecks(facts: Facts): Check[] {
  const { probe, files, sudo, euid } = facts;
  const full = probe.uffd === 0;
  const userOnly = probe.uffdUserOnly === 0;
  const device = probe.device === 0;
  const sysctl = files.unprivileged;
  return [
    {
      id: 'uffd.syscall',
      area: 'userfaultfd',
      ok: full,
      value: outcome(probe.uffd),
      says: full
        ? 'userfaultfd(2) works, faults that the kernel raises included.'
        : 'userfaultfd(2) is refused where it should catch faults of the kernel too.',
      fix: full ? null : syscallFix(facts),
    },
    {
      id: 'uffd.user-mode-only',
      area: 'userfaultfd',
      ok: userOnly,
      value: outcome(probe.uffdUserOnly),
      says: userOnly
        ? 'userfaultfd(2) with UFFD_USER_MODE_ONLY works: the demo needs no more.'
        : 'userfaultfd(2) is refused even for faults of user mode alone.',
      fix: userOnly ? null : syscallFix(facts),
    },
    {
      id: 'uffd.device',
      area: 'userfaultfd',
      ok: device,
      value: outcome(probe.device),
      says: device
        ? '/dev/userfaultfd opens: it gives full userfaultfds whatever the sysctl says.'
        : '/dev/userfaultfd cannot be used; whoever may open it needs neither capability nor sysctl.',
      fix: device ? null : deviceFix(probe.device),
    },
    {
      id: 'uffd.sysctl',
      area: 'userfaultfd',
      ok: sysctl === '1' ? true : sysctl === null || hasCapability(facts, 'SYS_PTRACE') ? null : false,
      value: sysctl === null ? null : Number(sysctl),
      says:
        sysctl === null
          ? 'There is no vm.unprivileged_userfaultfd: before Linux 5.2, or without CONFIG_USERFAULTFD.'
          : sysctl === '1'
            ? 'vm.unprivileged_userfaultfd lets every user catch faults of the kernel.'
            : 'vm.unprivileged_userfaultfd lets only CAP_SYS_PTRACE catch faults of the kernel.',
      fix: sysctl !== '0' || hasCapability(facts, 'SYS_PTRACE') ? null : 'sudo sysctl -w vm.unprivileged_userfaultfd=1',
    },
  ];

  function syscallFix({ seccomp }: Facts): string {
    if (outcome(probe.uffd) === 'ENOSYS' && seccomp !== 2) return 'Run a kernel built with CONFIG_USERFAULTFD.';
    if (seccomp === 2 && (euid === 0 || !userOnly)) return 'docker run --security-opt seccomp=unconfined …';
    return euid === 0 ? 'docker run --cap-add SYS_PTRACE …' : sudo;
  }
}

function deviceFix(errno: number): string {
  const name = outcome(errno);
  if (name === 'EACCES' || name === 'EPERM') return 'sudo setfacl -m u:$USER:rw /dev/userfaultfd';
  if (name === 'ENOENT') return 'Run Linux 6.1 or newer; in a container: docker run --device /dev/userfaultfd …';
  return 'Run Linux 6.1 or newer.';
}

const USES: Readonly<Record<string, string>> = {
  PAGEFAULT_FLAG_WP: 'Write protection of anonymous memory',
  EVENT_FORK: 'A message, and a userfaultfd, for each forked child; asking for it takes CAP_SYS_PTRACE',
  EVENT_REMAP: 'A message when memory moves',
  EVENT_REMOVE: 'A message when pages are given back (MADV_DONTNEED)',
  MISSING_HUGETLBFS: 'Missing pages of hugetlbfs',
  MISSING_SHMEM: 'Missing pages of shared memory',
  EVENT_UNMAP: 'A message when memory is unmapped',
  SIGBUS: 'A signal instead of a wait',
  THREAD_ID: 'The thread in each message',
  MINOR_HUGETLBFS: 'Minor faults of hugetlbfs',
  MINOR_SHMEM: 'Minor faults of shared memory',
  EXACT_ADDRESS: 'The byte, not the page, in each message',
  WP_HUGETLBFS_SHMEM: 'Write protection of shared memory and hugetlbfs',
  WP_UNPOPULATED: 'Write protection of pages that are not there yet',
  POISON: 'Answering with a page that kills whoever touches it',
  WP_ASYNC: 'Tracking writes without a message',
  MOVE: 'Moving pages instead of copying them',
};

export function featureChecks({ probe, features }: Facts): Check[] {
  const asked = probe.api === 0;
  return features.map(({ bit, name, since }) => {
    const has = (probe.features & bit) !== 0n;
    const use = USES[name] ?? 'Not described';
    return {
      id: `feature.${name}`,
      area: 'features',
      ok: asked ? has : null,
      value: asked ? (has ? 'yes' : 'no') : null,
      says: asked ? `${use}.` : `${use}; cannot be asked, since no userfaultfd can be opened.`,
      fix: asked && !has ? `Run Linux ${since} or newer, built for it on this processor.` : null,
    };
  });
}
