/** The completion scripts: bash is asked as TAB would ask it; the others are held to the same words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bash, uffdscope } from './uffdscope.js';

/** What bash offers for the words typed so far; the last one is being completed. */
async function offered(...words: string[]): Promise<string[]> {
  const quoted = ['uffdscope', ...words].map((word) => `'${word}'`).join(' ');
  const { stdout, stderr } = await bash(
    `eval "$($UFFDSCOPE completion bash)"; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _uffdscope; printf '%s\\n' "\${COMPREPLY[@]}"`,
  );
  assert.equal(stderr, '');
  return stdout.split('\n').filter(Boolean);
}

test('bash: commands, flags, choices, pids', async () => {
  assert.deepEqual(await offered('p'), ['ps']);
  assert.ok((await offered('')).includes('attach'));
  assert.deepEqual(await offered('attach', '--gran'), ['--granularity']);
  assert.deepEqual(await offered('attach', '--default', 'po'), ['poison']);
  assert.deepEqual(await offered('attach', '-o', ''), ['text', 'jsonl', 'csv']);
  assert.deepEqual(await offered('completion', 'z'), ['zsh']);
  assert.ok((await offered('attach', String(process.pid))).includes(String(process.pid)));
  assert.ok((await offered('demo', 'handler')).includes('handler_dies'));
  assert.ok((await offered('--no')).includes('--no-color'));
  assert.deepEqual(await offered('ps', '--by', 'f'), ['feature']);
});

test('bash: each place of a command has words of its own, whatever flags stand before it', async () => {
  assert.ok((await offered('help', '')).includes('attach'));
  assert.deepEqual(await offered('help', 'ex'), ['export']);
  assert.deepEqual(await offered('rules', 'check', 'package.j'), ['package.json']);
  assert.deepEqual(await offered('replay', 'package.j'), ['package.json']);
  assert.ok((await offered('replay', 'package.json', String(process.pid))).includes(String(process.pid)));
  assert.ok((await offered('replay', '--script', 'x.ts', 'package.json', '1')).includes('1'));
  assert.deepEqual(await offered('attach', '--script', 'package.j'), ['package.json']);
});

test('bash: the parts of a rule, whatever stands before them', async () => {
  assert.deepEqual(await offered('attach', '--rule', 'del'), ['delay=']);
  assert.deepEqual(await offered('attach', '--rule', 'range=heap: cor'), ['range=heap: corrupt=']);
  assert.deepEqual(
    await offered('attach', '--rule', '"off<4k po').then(([first]) => first),
    'off<4k po'.replace('po', 'poison'),
  );
  assert.ok((await offered('attach', '--rule', 'ra')).includes('range='));
  assert.deepEqual(await offered('rules', 'c'), ['check']);
});

test('bash: nothing that was typed is run', async () => {
  const { stdout } = await bash(
    `eval "$($UFFDSCOPE completion bash)"; COMP_WORDS=(uffdscope attach '$(echo ran >&2)' ''); COMP_CWORD=3; _uffdscope 2>&1`,
  );
  assert.doesNotMatch(stdout, /ran/);
});

test('every shell gets every command and flag that --help shows', async () => {
  const help = (await uffdscope(['attach', '--help'])).stdout.split('Global Options')[0]!;
  const flags = [...help.matchAll(/--[a-z-]+/g)].map(([flag]) => flag.slice(2));
  assert.ok(flags.length > 12);
  for (const shell of ['bash', 'zsh', 'fish']) {
    const script = (await uffdscope(['completion', shell])).stdout;
    for (const word of ['ps', 'attach', 'demo', 'doctor', 'completion', ...flags]) {
      assert.ok(script.includes(word), `${shell}: ${word}`);
    }
  }
});
