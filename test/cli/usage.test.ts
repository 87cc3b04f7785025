/** What is typed wrong, and what the command says of itself. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'node:test';
import { startTarget } from '../fixtures/target.js';
import { uffdscope } from './uffdscope.js';

const wrong: readonly [args: string, sentence: RegExp, hint: RegExp][] = [
  ['pss', /There is no command "pss"\./, /Did you mean ps\?/],
  ['frobnicate', /There is no command "frobnicate"\./, /There are ps, attach/],
  ['4242', /There is no command "4242"\./, /uffdscope attach 4242/],
  ['--jso', /Unknown option '--jso'\./, /--help/],
  ['ps --jsn', /Unknown option '--jsn'\./, /Did you mean --json\?/],
  ['ps --by size', /'size' is invalid/, /uffdscope ps --help/],
  ['ps 17', /Too many arguments/, /uffdscope ps --help/],
  ['attach', /Missing required argument 'pid'\./, /attach --help/],
  ['attach abc', /"abc" is no pid/, /uffdscope ps/],
  ['attach -- -5', /"-5" is no pid/, /uffdscope ps/],
  ['attach 99999999', /"99999999" is no pid/, /uffdscope ps/],
  ['attach 1 --uffd 3 --fd 4', /--uffd and --fd/, /One of them/],
  ['attach 1 -o jsonl', /-o is for --headless/, /--headless/],
  ['attach 1 --default source', /needs to know the source/, /--source/],
  ['attach 1 --headless --default hold', /nobody could answer/, /--max-hold/],
  ['attach 1 --headless --hold', /nobody could answer/, /--max-hold/],
  ['attach 1 --headless --hold --max-hold 1s', /the default is to hold/, /--default zero/],
  ['attach 1 --default never', /'never' is invalid/, /attach --help/],
  ['attach 1 --headless --max-hold 5', /"5" is no time/, /500us/],
  ['attach 1 --headless --duration -1s', /"-1s" is no time/, /500us/],
  ['attach 1 --granularity 3k', /'3k' is invalid/, /attach --help/],
  ['attach 1 --uffd seven', /"seven" is no number/, /whole number/],
  ['attach 1 --headless --via x', /"x" is no pid for --via/, /uffdscope ps/],
  ['attach 1 --headless --filter kind=', /kind=/, /.?/],
  ['completion tcsh', /no completion for "tcsh"/, /bash, zsh, fish/],
  ['demo nosuch', /no bundled target nosuch/, /demo/],
];

for (const [args, sentence, hint] of wrong) {
  test(`${args}: exit 2, one sentence, a hint, nothing on stdout`, async () => {
    const { status, stdout, stderr } = await uffdscope(args.split(' '));
    assert.equal(status, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^uffdscope: /);
    assert.match(stderr, sentence);
    assert.match(stderr, hint);
    assert.doesNotMatch(stderr, /\n {4}at /, 'no stack trace');
  });
}

test('a source that is not there: exit 1, and what a source is', async () => {
  const { status, stderr } = await uffdscope(['attach', '1', '--headless', '--source', '/nowhere/at/all']);
  assert.equal(status, 1);
  assert.match(stderr, /\/nowhere\/at\/all cannot be read/);
});

test('--debug says where', async () => {
  const { stderr } = await uffdscope(['--debug', 'attach', 'abc']);
  assert.match(stderr, /\n +at /);
});

test('escapes in what was typed are shown, not sent', async () => {
  const { stderr } = await uffdscope(['\u001b]0;x\u0007']);
  assert.ok(!stderr.includes('\u001b'));
});

test('--help and --version are data: stdout, exit 0', async () => {
  for (const args of [['--help'], ['help'], ['help', 'attach'], ['attach', '--help']]) {
    const { status, stdout, stderr } = await uffdscope(args);
    assert.equal(status, 0, args.join(' '));
    assert.equal(stderr, '');
    assert.match(stdout, /^Usage: uffdscope/);
  }
  const { stdout } = await uffdscope(['--version']);
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
});

test('a screen without a terminal is refused before anything is touched', async () => {
  await using target = await startTarget('nobody_reads');
  for (const args of [[], ['demo'], ['attach', String(target.pid)]]) {
    const { status, stderr } = await uffdscope(args);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, /needs a terminal/);
  }
});

test('commands that draw nothing load no ink and no React', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'loads-'));
  const log = join(folder, 'log');
  // A resolve hook that writes down every module; Node has no list of loaded ES modules.
  const hooks = `import { appendFileSync } from 'node:fs';
export async function load(url, context, next) { appendFileSync(${JSON.stringify(log)}, url + '\\n'); return next(url, context); }`;
  writeFileSync(join(folder, 'hooks.mjs'), hooks);
  writeFileSync(
    join(folder, 'register.mjs'),
    `import { register } from 'node:module'; register(${JSON.stringify(pathToFileURL(join(folder, 'hooks.mjs')).href)});`,
  );
  try {
    for (const args of [['--help'], ['ps'], ['doctor'], ['completion', 'bash'], ['attach', '999999', '--headless']]) {
      writeFileSync(log, '');
      await uffdscope(args, { env: { NODE_OPTIONS: `--import ${pathToFileURL(join(folder, 'register.mjs')).href}` } });
      const loaded = readFileSync(log, 'utf8');
      assert.match(loaded, /dist\/bin\/main\.js/, 'the hook saw something');
      assert.doesNotMatch(loaded, /node_modules\/(ink|react|yoga-layout)\//, args.join(' '));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
