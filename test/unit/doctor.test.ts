import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checksFrom, type Check } from '../../native/session/discover/doctor/index.js';
import type { Facts } from '../../native/session/discover/doctor/facts.js';

const ALL = (1n << 41n) - 1n;

/** A machine on which everything works; what a test changes, it names. */
function machine(more: Partial<Omit<Facts, 'probe' | 'files'>> & { probe?: object; files?: object } = {}): Facts {
  const { probe, files, ...rest } = more;
  return {
    release: '6.18.1',
    arch: 'x64',
    euid: 0,
    probe: {
      uffd: 0,
      uffdUserOnly: 0,
      device: 0,
      api: 0,
      features: 1n,
      pagemapScan: 0,
      pidfdGetfd: 0,
      processMadvise: 0,
      kcmp: 0,
      perfUser: 0,
      perfKernel: 0,
      btf: 0,
      bpfIterator: 0,
      ...probe,
    },
    features: [
      { bit: 1n, name: 'PAGEFAULT_FLAG_WP', since: '5.7' },
      { bit: 1n << 16n, name: 'MOVE', since: '6.8' },
    ],
    capabilities: ALL,
    seccomp: 0,
    files: {
      unprivileged: '0',
      yama: '0',
      lockdown: '[none] integrity confidentiality',
      paranoid: '2',
      unprivilegedBpf: '2',
      thp: 'always [madvise] never',
      swaps: 'Filename Type Size',
      maxMapCount: '65530',
      ...files,
    },
    userNamespace: 'user:[4026531837]',
    pidNamespace: 'pid:[4026531836]',
    hugePages: [{ kib: 2048, total: 4, free: 4 }],
    node: '20.20.2',
    nodeApi: 9,
    keeper: '/opt/uffdscope-keeper',
    symbolizer: '/usr/bin/addr2line',
    terminal: { isTerminal: true, columns: 120, rows: 40, colorLevel: 3, utf8: true },
    sudo: 'sudo node uffdscope.js doctor',
    ...rest,
  };
}

const check = (facts: Facts, id: string): Check => {
  const found = checksFrom(facts).find((one) => one.id === id);
  assert.ok(found, id);
  return found;
};
const EPERM = 1;
const EACCES = 13;
const ENOSYS = 38;

test('what fails has one line that would change it, on every kind of machine', () => {
  const worst = machine({
    euid: 1000,
    release: '4.19.0',
    arch: 's390x',
    capabilities: 0n,
    seccomp: 2,
    userNamespace: 'user:[1]',
    pidNamespace: 'pid:[1]',
    keeper: null,
    nodeApi: 7,
    hugePages: [],
    terminal: { isTerminal: true, columns: 20, rows: 5, colorLevel: 0, utf8: false },
    probe: Object.fromEntries(Object.keys(machine().probe).map((name) => [name, name === 'features' ? 0n : EPERM])),
    files: { yama: '3', lockdown: 'none integrity [confidentiality]', paranoid: '4', maxMapCount: '100' },
  });
  for (const facts of [machine(), worst, machine({ ...worst, euid: 0 })]) {
    for (const one of checksFrom(facts)) {
      assert.match(one.says, /^\S.*\.$/, one.id);
      if (one.ok === false) assert.match(one.fix ?? '', /^\S[^\n]*$/, one.id);
    }
  }
});

test('a machine on which everything works has nothing to complain of but a missing feature', () => {
  const failing = checksFrom(machine()).filter(({ ok }) => ok === false);
  assert.deepEqual(
    failing.map(({ id, fix }) => [id, fix]),
    [['feature.MOVE', 'Run Linux 6.8 or newer, built for it on this processor.']],
  );
});

test('userfaultfd(2): the fix depends on who refuses', () => {
  const refused = { uffd: EPERM };
  assert.match(check(machine({ euid: 1000, capabilities: 0n, probe: refused }), 'uffd.syscall').fix!, /^sudo /);
  assert.match(check(machine({ capabilities: 0n, probe: refused }), 'uffd.syscall').fix!, /--cap-add SYS_PTRACE/);
  assert.match(check(machine({ seccomp: 2, probe: refused }), 'uffd.syscall').fix!, /seccomp=unconfined/);
  assert.match(check(machine({ probe: { uffd: ENOSYS } }), 'uffd.syscall').fix!, /CONFIG_USERFAULTFD/);
  assert.match(check(machine({ probe: { device: EACCES } }), 'uffd.device').fix!, /setfacl/);
});

test('the sysctl is a failure only for whom it keeps out', () => {
  assert.equal(check(machine(), 'uffd.sysctl').ok, null);
  assert.equal(check(machine({ euid: 1000, capabilities: 0n }), 'uffd.sysctl').ok, false);
  assert.equal(check(machine({ euid: 1000, files: { unprivileged: '1' } }), 'uffd.sysctl').ok, true);
  assert.equal(check(machine({ files: { unprivileged: null } }), 'uffd.sysctl').value, null);
});

test('features that cannot be asked for are unknown, not missing', () => {
  assert.equal(check(machine({ probe: { api: -1 } }), 'feature.MOVE').ok, null);
});

test('Yama: scope 1 and 2 keep out all but CAP_SYS_PTRACE, 3 keeps out everybody', () => {
  const ok = (yama: string | null, capabilities: bigint) =>
    check(machine({ capabilities, files: { yama } }), 'rights.yama').ok;
  assert.deepEqual(
    [ok(null, 0n), ok('0', 0n), ok('1', ALL), ok('1', 0n), ok('3', ALL)],
    [true, true, true, false, false],
  );
});

test('lockdown: only confidentiality stands in the way; unknown stays unknown', () => {
  const ok = (lockdown: string | null) => check(machine({ files: { lockdown } }), 'rights.lockdown').ok;
  assert.deepEqual(
    [
      ok('[none] integrity confidentiality'),
      ok('none [integrity] confidentiality'),
      ok('none integrity [confidentiality]'),
      ok(null),
    ],
    [true, true, false, null],
  );
});

test('perf_event_paranoid 2 still leaves a user his own faults', () => {
  const ok = (paranoid: string | null, capabilities: bigint) =>
    check(machine({ capabilities, files: { paranoid } }), 'perf.paranoid').ok;
  assert.deepEqual(
    [ok('2', ALL), ok('2', 0n), ok('3', 0n), ok('1', 0n), ok(null, ALL)],
    [true, null, false, true, false],
  );
});

test('BPF says what was tried', () => {
  assert.match(check(machine(), 'bpf.iterator').says, /tried: an empty program for the iterator over tasks/);
  assert.equal(check(machine({ probe: { btf: 2, bpfIterator: -1 } }), 'bpf.iterator').ok, null);
});
