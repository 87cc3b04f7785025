/** stdout is data: what becomes of it in pipes, on full disks and in colour. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bash, uffdscope } from './uffdscope.js';

test('| head: a quiet end with exit 0', async () => {
  for (const args of ['doctor', 'doctor --json', 'completion bash', '--help']) {
    const { stdout, stderr } = await bash(`$UFFDSCOPE ${args} | head -c 1 >/dev/null; echo "\${PIPESTATUS[0]}"`);
    assert.equal(stdout, '0\n', args);
    assert.equal(stderr, '');
  }
});

test('a reader that is gone before we begin is the same', async () => {
  const { stdout, stderr } = await bash('$UFFDSCOPE doctor | exec 0<&-; sleep 0; echo "${PIPESTATUS[0]}"');
  assert.equal(stdout, '0\n');
  assert.equal(stderr, '');
});

test('a slow reader gets everything, in order', async () => {
  const whole = (await uffdscope(['doctor', '--json'])).stdout;
  const { stdout } = await bash('$UFFDSCOPE doctor --json | (sleep 0.3; cat)');
  const ids = (text: string) => (JSON.parse(text) as { checks: { id: string }[] }).checks.map(({ id }) => id);
  assert.deepEqual(ids(stdout), ids(whole));
});

test('a full disk is an error, not a success', async () => {
  const { status, stderr } = await bash('$UFFDSCOPE doctor --json >/dev/full');
  assert.equal(status, 1);
  assert.match(stderr, /ENOSPC/);
});

test('>> appends to a file', async () => {
  const { stdout } = await bash(
    'f=$(mktemp); echo first >>$f; $UFFDSCOPE --version >>$f; echo last >>$f; cat $f; rm $f',
  );
  assert.match(stdout, /^first\n\d+\.\d+\.\d+\nlast\n$/);
});

test('colour: flag over NO_COLOR over FORCE_COLOR over the terminal', async () => {
  const colored = async (args: string[], env: Record<string, string> = {}) =>
    (await uffdscope([...args, 'doctor'], { env: { TERM: 'xterm', ...env } })).stdout.includes('\u001b[');
  assert.equal(await colored([]), false, 'no terminal');
  assert.equal(await colored(['--color']), true);
  assert.equal(await colored(['--color'], { NO_COLOR: '1' }), true);
  assert.equal(await colored(['--no-color'], { FORCE_COLOR: '3' }), false);
  assert.equal(await colored([], { FORCE_COLOR: '1' }), true);
  assert.equal(await colored([], { FORCE_COLOR: '1', NO_COLOR: '1' }), false);
  assert.equal(await colored([], { FORCE_COLOR: '0' }), false);
});

test('stderr that is closed does not keep the exit status from being right', async () => {
  assert.equal((await bash('$UFFDSCOPE pss 2>&-')).status, 2);
});
