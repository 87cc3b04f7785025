/** What becomes of the target is told as it happens: its children by number, its end by status, another program. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { startOdd } from '../fixtures/odd-uffds.js';
import { startTarget } from '../fixtures/target.js';
import { COMMAND, uffdscope } from './uffdscope.js';

type Line = Readonly<Record<string, unknown>>;

const typed = (all: readonly Line[], type: string) => all.filter((line) => line['type'] === type);

for (const [how, words] of [
  ['its messages name the thread', []],
  ['they do not', ['--no-thread-id']],
] as const) {
  test(`a fork is told with its child's pid, and the child's faults are the child's, where ${how}`, async () => {
    await using target = await startTarget('forks', ['--no-handler', '--rounds', 3, '--pause', 1200, ...words]);
    const { status, stdout, stderr } = await uffdscope(
      ['attach', target.pid, '--headless', '--source', 'pattern:5a', '-o', 'jsonl'],
      { timeoutMs: 90_000 },
    );
    assert.equal(status, 0, stderr);
    const all = stdout
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as Line);
    const made = (await target.json(3)).map((line) => (line as { child: number }).child);
    const forks = typed(all, 'fork');
    assert.deepEqual(
      forks.map((line) => [line['pid'], line['child']]),
      made.map((child) => [target.pid, child]),
    );
    for (const child of made) {
      const faults = typed(all, 'fault').filter((line) => line['pid'] === child);
      assert.equal(faults.length, 8, `every page that child ${child} read`);
      assert.ok(faults.every((fault) => fault['tid'] === (words.length > 0 ? null : child)));
      const [first] = faults;
      assert.ok(all.indexOf(first!) > all.indexOf(forks.find((line) => line['child'] === child)!), 'after its fork');
    }
    const known = new Set([target.pid, ...made]);
    assert.ok(typed(all, 'fault').every((line) => known.has(line['pid'] as number)));
    assert.deepEqual(
      typed(all, 'exit').filter((line) => line['pid'] === target.pid).map((line) => line['code']), // prettier-ignore
      [0],
    );
  });
}

/** Attaches, sends the signal once attached, and gives every line. */
async function whileItEnds(pid: number, signal: NodeJS.Signals, flags: readonly string[]): Promise<Line[]> {
  const child = spawn(process.execPath, [COMMAND, 'attach', String(pid), '--headless', '-o', 'jsonl', ...flags], {
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 60_000,
  });
  const seen: Line[] = [];
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    seen.push(line);
    if (line['type'] === 'attach') process.kill(pid, signal);
  });
  assert.equal(await new Promise((resolve) => child.once('close', resolve)), 0);
  return seen;
}

for (const flags of [[], ['--default', 'zero']]) {
  const how = flags.length > 0 ? 'taking part' : 'looking';
  test(`${how}: another program, an exit and a signal are told, each once`, async () => {
    for (const [signal, type, code] of [
      ['SIGUSR1', 'exec', undefined],
      ['SIGUSR2', 'exit', 7],
      ['SIGKILL', 'exit', 137],
    ] as const) {
      await using target = await startOdd(['ends']);
      const all = await whileItEnds(target.pid, signal, flags);
      const ends = all.filter((line) => line['type'] === 'exec' || line['type'] === 'exit');
      assert.deepEqual(
        ends.map((line) => [line['type'], line['pid'], line['code']]),
        [[type, target.pid, code]],
      );
      assert.deepEqual(all.slice(-2).map((line) => line['type']), ['summary', 'detach']); // prettier-ignore
    }
  });
}
