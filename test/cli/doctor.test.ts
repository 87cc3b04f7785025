/** `doctor` on this kernel, as root and as nobody. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRoot, skipUnless } from '../support/skip.js';
import { nobodyCanRun, NOBODY, uffdscope, type RunOptions } from './uffdscope.js';

interface Document {
  readonly schema: string;
  readonly version: string;
  readonly checks: readonly {
    readonly id: string;
    readonly area: string;
    readonly ok: boolean | null;
    readonly value: string | number | null;
    readonly says: string;
    readonly fix: string | null;
  }[];
}

async function examine(options: RunOptions = {}): Promise<Document> {
  const { status, stdout, stderr } = await uffdscope(['doctor', '--json'], options);
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  return JSON.parse(stdout) as Document;
}

const find = (document: Document, id: string) => {
  const check = document.checks.find((one) => one.id === id);
  assert.ok(check, id);
  return check;
};

test('--json: every check has all fields, a sentence, and a fix where it fails', async () => {
  const document = await examine();
  assert.equal(document.schema, 'uffdscope.doctor/1');
  const ids = document.checks.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, 'ids are unique');
  for (const check of document.checks) {
    assert.deepEqual(Object.keys(check), ['id', 'area', 'ok', 'value', 'says', 'fix']);
    assert.match(check.says, /\.$/, check.id);
    if (check.ok === false) assert.ok(check.fix, `${check.id} says what would change it`);
    assert.ok(!check.fix?.includes('\n'), 'one line');
  }
});

test('the features are those that a userfaultfd reports', async () => {
  const document = await examine();
  const features = document.checks.filter(({ area }) => area === 'features');
  assert.ok(features.length >= 17);
  assert.ok(features.every(({ ok }) => ok !== null));
  assert.equal(find(document, 'feature.EVENT_FORK').ok, true);
});

test('as root', skipUnless(isRoot, 'needs root'), async () => {
  const document = await examine();
  assert.equal(find(document, 'uffd.syscall').ok, true);
  assert.equal(find(document, 'cap.SYS_PTRACE').ok, true);
  assert.equal(find(document, 'program.keeper').ok, true);
});

test(
  'as nobody: what is refused, and the line that would give it',
  skipUnless(nobodyCanRun, 'needs root, and a checkout that others may enter'),
  async () => {
    const document = await examine({ uid: NOBODY });
    assert.equal(find(document, 'uffd.user-mode-only').ok, true);
    assert.equal(find(document, 'cap.SYS_PTRACE').ok, false);
    assert.match(find(document, 'cap.SYS_PTRACE').fix!, /^sudo \S*node \S*uffdscope\.js doctor --json$/);
    assert.equal(find(document, 'uffd.device').value, 'EACCES');
    assert.match(find(document, 'uffd.device').fix!, /setfacl/);
  },
);

test('the table has every check, grouped, with a verdict, and no escapes', async () => {
  const [{ checks }, { stdout }] = await Promise.all([examine(), uffdscope(['doctor'])]);
  for (const { id } of checks) assert.ok(stdout.includes(id), id);
  assert.match(stdout, /^Kernel\n/);
  assert.ok(!stdout.includes('\u001b'));
  assert.match(stdout.trimEnd().split('\n').at(-1)!, /do not work for this user|Everything that was tried works/);
});

test('in a locale without UTF-8 the signs are words', async () => {
  const { stdout } = await uffdscope(['doctor'], { env: { LANG: 'C', LC_ALL: 'C' } });
  assert.match(stdout, /\n {2}ok kernel\.arch/);
  // eslint-disable-next-line no-control-regex
  assert.match(stdout, /^[\u0000-\u007f…]*$/);
});
