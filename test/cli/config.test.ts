/** Configuration files as a user meets them: believed where they may be, refused in words where not, never in charge. */
import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTarget } from '../fixtures/target.js';
import { isRoot, skipUnless } from '../support/skip.js';
import { bash, holdsNoEscapes, nobodyCanRun, NOBODY, type Outcome } from './uffdscope.js';

class Place implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'config-'));
  readonly rc = join(this.folder, '.uffdscoperc.json');
  readonly user = join(this.folder, 'xdg', 'uffdscope', 'config.json');

  constructor() {
    mkdirSync(join(this.folder, 'xdg', 'uffdscope'), { recursive: true });
  }

  write(path: string, value: unknown, mode = 0o644): void {
    writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value, null, 2));
    chmodSync(path, mode);
  }

  /** In this folder, with this folder's files. */
  run(words: string): Promise<Outcome> {
    return bash(`cd '${this.folder}' && $UFFDSCOPE ${words}`, {
      env: { XDG_CONFIG_HOME: join(this.folder, 'xdg'), HOME: this.folder },
      timeoutMs: 60_000,
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

test('files over defaults, the file of the folder over that of the user, flags over both', async () => {
  using place = new Place();
  await using target = await startTarget('nobody_reads', ['--threads', 1]);
  const attach = `attach ${target.pid} --headless --duration 100ms`;
  place.write(place.user, { output: 'csv', theme: 'ansi' });
  assert.match((await place.run(attach)).stdout, /^type,t,seq,/);
  place.write(place.rc, { output: 'jsonl' });
  assert.match((await place.run(attach)).stdout, /^\{"type":"attach"/);
  assert.match((await place.run(`${attach} -o text`)).stdout, /^ +0\.000000 {2}attach/);
});

test('a file alone never takes part; with --hold it says what comes after', async () => {
  using place = new Place();
  await using target = await startTarget('nobody_reads', ['--threads', 1]);
  place.write(place.rc, { default: 'zero', maxHold: '10ms', output: 'jsonl' });
  const looked = await place.run(`attach ${target.pid} --headless --duration 500ms`);
  assert.match(looked.stderr, /looking only/);
  assert.doesNotMatch(looked.stdout, /"type":"resolve"/);
  const held = await place.run(`attach ${target.pid} --headless --hold`);
  assert.equal(held.status, 0, held.stderr);
  assert.match(held.stdout, /"type":"decide".*"action":"hold"/);
  assert.match(held.stdout, /"type":"resolve".*"action":"zero"/);
});

const broken: readonly (readonly [string, unknown, RegExp, RegExp])[] = [
  ['garbage', '{\n  "theme": "ansi",\n}', /uffdscoperc\.json:3 is no JSON\./, /Comments and last commas/],
  ['half a file', '{\n  "theme"', /uffdscoperc\.json(:2)? is no JSON\./, /JSON/],
  ['no object', '[1]', /is no JSON object/, /\{"theme"/],
  ['an unknown field', '{\n\n"themes": "ansi"}', /json:3 has a field "themes" that is not known/, /Did you mean theme\?/],
  ['a value that cannot be', '{\n"maxHold": 5}', /json:2 gives maxHold a value that it cannot have/, /a time such as "500ms"/],
  ['a source', { source: 'zero' }, /"source" that is not known/, /There are theme/],
  ['a source by default', { default: 'source' }, /gives default a value/, /one of "hold", "zero", "pass"/],
  ['a prototype', '{"__proto__": {"output": "csv"}}', /"__proto__" that is not known/, /There are/],
  ['escapes', '{"\\u001b[31m": 1}', /that is not known/, /There are/],
  ['a command that is not there', '{\n"keys": {\n"fault.zer": "Z"}}', /json:3 has keys that cannot be/, /Did you mean fault\.zero\?/],
  ['one key for two', { keys: { 'fault.zero': 'q' } }, /has keys that cannot be: q is both/, /keys\.md/],
  ['a key that is none', { keys: { 'fault.zero': 7 } }, /gives keys a value/, /an object of command names/],
]; // prettier-ignore
test('a file that cannot be understood: file, line, field, what to write; exit 2, and nothing is touched', async (t) => {
  for (const [what, text, sentence, hint] of broken) {
    await t.test(what, async () => {
      using place = new Place();
      place.write(place.rc, text);
      const { status, stdout, stderr } = await place.run('ps --json');
      const [first, ...rest] = stderr.trimEnd().split('\n');
      assert.equal(status, 2, stderr);
      assert.equal(stdout, '');
      assert.match(first!, sentence);
      assert.match(rest.join('\n'), hint);
      assert.ok(holdsNoEscapes(stderr), JSON.stringify(stderr));
    });
  }
});

async function refusedWith(place: Place, why: RegExp): Promise<void> {
  const { status, stderr } = await place.run('ps --json');
  assert.equal(status, 0, stderr);
  assert.match(stderr, /\.uffdscoperc\.json is not read: /);
  assert.match(stderr, why);
  const { checks } = JSON.parse((await place.run('doctor --json')).stdout) as {
    checks: { id: string; ok: boolean | null; value: string; says: string }[];
  };
  const check = checks.find(({ id }) => id === 'config.folder')!;
  assert.deepEqual([check.ok, check.value], [false, 'refused']);
  assert.match(check.says, why);
}

test('a file of the folder is not believed where others may write it, or where it is a link', async () => {
  using place = new Place();
  place.write(place.rc, '{ garbage', 0o664);
  await refusedWith(place, /others may write it/);
  place.write(place.rc, '{ garbage', 0o646);
  await refusedWith(place, /others may write it/);
  rmSync(place.rc);
  place.write(join(place.folder, 'elsewhere'), '{ garbage');
  symlinkSync('elsewhere', place.rc);
  await refusedWith(place, /it is a symbolic link/);
  rmSync(place.rc);
  mkdirSync(place.rc);
  await refusedWith(place, /it is no regular file/);
});

test("nor where it is another user's", skipUnless(isRoot, 'needs root'), async () => {
  using place = new Place();
  place.write(place.rc, '{ garbage');
  chownSync(place.rc, 65534, 65534);
  await refusedWith(place, /it belongs to user 65534/);
});

test('a fifo of that name keeps nobody waiting', async () => {
  using place = new Place();
  assert.equal((await bash(`mkfifo -m 600 '${place.rc}'`)).status, 0);
  await refusedWith(place, /it is no regular file/);
});

test('doctor says which files were read, also where one is wrong', async () => {
  using place = new Place();
  place.write(place.user, { theme: 'ansi' });
  place.write(place.rc, { colour: 'never' });
  const { status, stdout } = await place.run('doctor --json');
  assert.equal(status, 0);
  const { checks } = JSON.parse(stdout) as {
    checks: { id: string; value: string; says: string; fix: string | null }[];
  };
  const [user, folder] = ['config.user', 'config.folder'].map((id) => checks.find((check) => check.id === id)!);
  assert.deepEqual([user!.value, folder!.value], ['read', 'wrong']);
  assert.match(folder!.says, /"colour" that is not known/);
  assert.equal(folder!.fix, 'Did you mean color?');
});

test(
  "another user with the first one's environment hears nothing of a file that he may not see",
  skipUnless(nobodyCanRun, 'needs root, and a checkout that others may enter'),
  async () => {
    using place = new Place();
    place.write(place.user, { theme: 'ansi' });
    chmodSync(place.folder, 0o700);
    const env = { XDG_CONFIG_HOME: join(place.folder, 'xdg') };
    const { status, stderr } = await bash('cd / && $UFFDSCOPE ps --json', { uid: NOBODY, env, timeoutMs: 60_000 });
    assert.equal(status, 0);
    assert.doesNotMatch(stderr, /config\.json/);
  },
);
