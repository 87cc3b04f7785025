/** A TypeScript onFault that answers all that a checking program can ask for a while, and the memory of all who take part. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startTarget } from '../fixtures/target.js';
import { sleep } from '../support/until.js';
import { median } from './pairs.js';

export interface Endured {
  readonly pages: number;
  /** By the target's clock, while it faults. */
  readonly pagesPerSecond: number;
  readonly asked: number;
  readonly answered: number;
  readonly missed: number;
  /** MiB resident, medians of the second fifth of the time and of the last. */
  readonly scope: readonly [early: number, late: number];
  readonly script: readonly [early: number, late: number];
}

const SCRIPT = `import { defineScript } from 'uffdscope';
export default defineScript({
  onFault(fault, ctx) {
    ctx.count('pages');
    ctx.copy('pattern:5a');
  },
});
`;

/** Keeps few faults, so that the rings are full, and all theirs, early on. */
const scope = (pid: number, script: string): string => `
import { attach } from ${JSON.stringify(new URL('../../native/session/index.ts', import.meta.url).href)};
const options = { keep: 2 ** 14, defaultAnswer: 'source', source: { type: 'pattern', byte: 0x5a }, scriptDeadline: 20_000 };
const session = await attach({ pid: ${pid}, ...options, scripts: [${JSON.stringify(script)}] });
session.scripts.onNote(({ text }) => console.error(text));
console.log(session.scripts.list()[0].pid);
process.stdin.once('data', async () => {
  const { asked, answered, missed } = session.scripts.list()[0];
  await session.detach();
  console.log(JSON.stringify({ asked, answered, missed }));
  process.exit(0);
});`;

export async function endure(seconds: number, pages = 20_000): Promise<Endured> {
  const folder = mkdtempSync(join(tmpdir(), 'endure-'));
  const script = join(folder, 'copy.ts');
  writeFileSync(script, SCRIPT);
  await using checker = await startTarget('checker', [
    ...['--pages', pages, '--seconds', seconds, '--expect', 'byte:5a', '--wait'],
  ]);
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', scope(checker.pid, script)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  try {
    const first = await lines.next();
    if (first.done) throw new Error('uffdscope ended before it took part');
    const pids = [child.pid!, Number(first.value)] as const;
    const samples: (readonly number[])[] = [];
    let over = false;
    checker.say('\n');
    const said = checker.json(1, seconds * 3000 + 60_000).finally(() => (over = true));
    while (!over) {
      samples.push(pids.map(residentMiB));
      await sleep(100);
    }
    const [{ ok, pages: touched, pagesPerSecond }] = (await said) as [
      { readonly ok: boolean; readonly pages: number; readonly pagesPerSecond: number },
    ];
    if (!ok) throw new Error('a byte was wrong');
    child.stdin.write('\n');
    const last = await lines.next();
    const counts = JSON.parse(String(last.value)) as Pick<Endured, 'asked' | 'answered' | 'missed'>;
    const fifth = Math.floor(samples.length / 5);
    const of = (which: number): readonly [number, number] => [
      median(samples.slice(fifth, 2 * fifth).map((sample) => sample[which]!)),
      median(samples.slice(-fifth - 1, -1).map((sample) => sample[which]!)),
    ];
    return { pages: touched, pagesPerSecond, ...counts, scope: of(0), script: of(1) };
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
}

function residentMiB(pid: number): number {
  return (Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * 4096) / 2 ** 20;
}
