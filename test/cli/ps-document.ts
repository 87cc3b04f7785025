/** `ps --json` held to the contract of docs/reference/json.md, field by field. */
import assert from 'node:assert/strict';
import { uffdscope, type RunOptions } from './uffdscope.js';

export interface PsUffd {
  readonly ino: number;
  readonly holders: readonly { pid: number; comm: string; fd: number; nonblocking: boolean }[];
  readonly targets: readonly { pid: number; comm: string }[];
  readonly initialized: boolean;
  readonly features: readonly string[];
  readonly userModeOnly: boolean | null;
  readonly pending: number;
  readonly total: number;
  readonly ranges: readonly { pid: number; start: string; end: string; modes: string[]; name: string }[] | null;
  readonly waiting: readonly {
    pid: number;
    tid: number;
    comm: string;
    state: string | null;
    kind: string | null;
    access: string | null;
    address: string | null;
    from: string | null;
  }[];
}

export interface PsDocument {
  readonly userfaultfds: readonly PsUffd[];
  readonly limits: readonly string[];
  readonly raw: string;
}

export async function psOf(options: RunOptions = {}): Promise<PsDocument> {
  const { status, stdout, stderr } = await uffdscope(['ps', '--json'], options);
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  const document = JSON.parse(stdout) as Omit<PsDocument, 'raw'> & { schema: string };
  assert.deepEqual(Object.keys(document), ['schema', 'userfaultfds', 'limits']);
  assert.equal(document.schema, 'uffdscope.ps/1');
  document.userfaultfds.forEach(holdToContract);
  return { ...document, raw: stdout };
}

function holdToContract(uffd: PsUffd): void {
  assert.deepEqual(Object.keys(uffd), [
    'ino',
    'holders',
    'targets',
    'initialized',
    'features',
    'userModeOnly',
    'pending',
    'total',
    'ranges',
    'waiting',
  ]);
  assert.ok(Number.isSafeInteger(uffd.ino) && uffd.ino > 0);
  assert.ok(uffd.holders.length > 0);
  for (const holder of uffd.holders) assert.deepEqual(Object.keys(holder), ['pid', 'comm', 'fd', 'nonblocking']);
  for (const target of uffd.targets) assert.deepEqual(Object.keys(target), ['pid', 'comm']);
  for (const range of uffd.ranges ?? []) {
    assert.deepEqual(Object.keys(range), ['pid', 'start', 'end', 'modes', 'name']);
    assert.match(range.start, /^0x[0-9a-f]+$/);
    assert.ok(BigInt(range.end) > BigInt(range.start));
    assert.ok(range.modes.length > 0 && range.modes.every((mode) => ['missing', 'wp', 'minor'].includes(mode)));
    assert.notEqual(range.name, '');
  }
  for (const thread of uffd.waiting) {
    assert.deepEqual(Object.keys(thread), ['pid', 'tid', 'comm', 'state', 'kind', 'access', 'address', 'from']);
    assert.ok([null, 'unread', 'read', 'event'].includes(thread.state));
    assert.ok([null, 'user', 'kernel'].includes(thread.from));
    assert.ok([null, 'missing', 'wp', 'minor', 'fork', 'remap', 'remove', 'unmap'].includes(thread.kind));
  }
  assert.ok(uffd.pending <= uffd.total);
}

export function hasUffd(uffd: PsUffd, pid: number): boolean {
  return uffd.holders.some((holder) => holder.pid === pid);
}

/** Looks again until one that `pid` holds is as wanted; threads need a moment to fall asleep. */
export async function psUntil(
  pid: number,
  wanted: (uffd: PsUffd) => boolean,
  options: RunOptions = {},
): Promise<{ document: PsDocument; uffd: PsUffd }> {
  let document = await psOf(options);
  for (let i = 0; i < 50; i++) {
    const uffd = document.userfaultfds.find((one) => hasUffd(one, pid) && wanted(one));
    if (uffd !== undefined) return { document, uffd };
    await new Promise((resolve) => setTimeout(resolve, 50));
    document = await psOf(options);
  }
  assert.fail(`no userfaultfd of ${pid} is as wanted: ${document.raw}`);
}
