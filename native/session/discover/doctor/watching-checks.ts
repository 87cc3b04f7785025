/** The means to look at another process without touching it. */
import { outcome, type Check } from './check.js';
import type { Facts } from './facts.js';
import { hasCapability } from './rights-checks.js';

export function watchingChecks(facts: Facts): Check[] {
  return [paranoid(facts), perfUser(facts), perfKernel(facts), btf(facts), iterator(facts), ...calls(facts)];
}

function paranoid(facts: Facts): Check {
  const level = facts.files.paranoid === null ? null : Number(facts.files.paranoid);
  const fine = level !== null && (level <= 1 || hasCapability(facts, 'PERFMON'));
  return {
    id: 'perf.paranoid',
    area: 'watching',
    ok: level === null ? false : fine ? true : level === 2 ? null : false,
    value: level,
    says:
      level === null
        ? 'This kernel has no perf events: faults cannot be followed live from outside.'
        : fine
          ? 'kernel.perf_event_paranoid leaves us all page-fault events.'
          : level === 2
            ? 'kernel.perf_event_paranoid leaves us the faults of user mode in our own processes.'
            : 'kernel.perf_event_paranoid leaves us no perf events.',
    fix: fine
      ? null
      : level === null
        ? 'Run a kernel built with CONFIG_PERF_EVENTS.'
        : 'sudo sysctl -w kernel.perf_event_paranoid=1',
  };
}

function perfUser({ probe, sudo }: Facts): Check {
  const ok = probe.perfUser === 0;
  return {
    id: 'perf.user',
    area: 'watching',
    ok,
    value: outcome(probe.perfUser),
    says: ok
      ? 'A page-fault event opened on ourselves: faults of user mode can be followed live.'
      : 'A page-fault event did not open on ourselves: faults cannot be followed live.',
    fix: ok ? null : outcome(probe.perfUser) === 'ENOSYS' ? 'Run a kernel built with CONFIG_PERF_EVENTS.' : sudo,
  };
}

function perfKernel({ probe, sudo, euid }: Facts): Check {
  const ok = probe.perfKernel === 0;
  return {
    id: 'perf.kernel',
    area: 'watching',
    ok,
    value: outcome(probe.perfKernel),
    says: ok
      ? 'The same with faults that the kernel raises.'
      : 'Not with faults that the kernel raises: system calls that touch missing pages stay unseen.',
    fix: ok ? null : euid === 0 ? 'docker run --cap-add PERFMON …' : sudo,
  };
}

function btf({ probe }: Facts): Check {
  const ok = probe.btf === 0;
  return {
    id: 'bpf.btf',
    area: 'watching',
    ok,
    value: outcome(probe.btf),
    says: ok
      ? '/sys/kernel/btf/vmlinux tells BPF programs how this kernel lays out its data.'
      : '/sys/kernel/btf/vmlinux cannot be read: BPF programs cannot find their way.',
    fix: ok ? null : 'Run a kernel built with CONFIG_DEBUG_INFO_BTF.',
  };
}

function iterator({ probe, sudo, euid }: Facts): Check {
  const ok = probe.bpfIterator === 0;
  const tried = 'an empty program for the iterator over tasks';
  return {
    id: 'bpf.iterator',
    area: 'watching',
    ok: probe.bpfIterator < 0 ? null : ok,
    value: outcome(probe.bpfIterator),
    says:
      probe.bpfIterator < 0
        ? 'BPF iterators were not tried, since there is no BTF.'
        : ok
          ? `BPF iterators load (tried: ${tried}): the address each thread of a hang waits on can be seen.`
          : `BPF iterators do not load (tried: ${tried}): a hang shows its threads, not their addresses.`,
    fix: ok || probe.bpfIterator < 0 ? null : euid === 0 ? 'docker run --cap-add BPF --cap-add PERFMON …' : sudo,
  };
}

function calls({ probe, seccomp }: Facts): Check[] {
  const call = (id: string, errno: number, works: string, fails: string, since: string): Check => ({
    id,
    area: 'watching',
    ok: errno < 0 ? null : errno === 0,
    value: outcome(errno),
    says: errno === 0 ? works : fails,
    fix: errno === 0 ? null : seccomp === 2 ? 'docker run --security-opt seccomp=unconfined …' : since,
  });
  return [
    call(
      'pagemap.scan',
      probe.pagemapScan,
      'PAGEMAP_SCAN works: maps of page states cost little.',
      'PAGEMAP_SCAN does not work: page states are read the slow way.',
      'Run Linux 6.7 or newer.',
    ),
    call(
      'pidfd.getfd',
      probe.pidfdGetfd,
      'pidfd_getfd(2) works: a userfaultfd can be fetched from its holder.',
      'pidfd_getfd(2) does not work: we cannot take part in a userfaultfd.',
      'Run Linux 5.6 or newer.',
    ),
    call(
      'process.madvise',
      probe.processMadvise,
      'process_madvise(2) works.',
      'process_madvise(2) does not work: pages of a target cannot be paged out for it.',
      'Run Linux 5.10 or newer.',
    ),
    call(
      'process.kcmp',
      probe.kcmp,
      'kcmp(2) works: processes that share one memory are told apart from copies.',
      'kcmp(2) does not work: processes that share one memory are shown as two.',
      'Run a kernel built with CONFIG_KCMP.',
    ),
  ];
}
