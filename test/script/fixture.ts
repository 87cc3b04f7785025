/** A target that reads pages in turn, and scripts that answer for it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attach, type AttachOptions, type Fault, type NativeJoin } from '../../native/session/index.js';
import { startTarget, type RunningTarget } from '../fixtures/target.js';
import { until } from '../support/until.js';

export interface Stage {
  readonly session: NativeJoin;
  readonly target: RunningTarget;
  /** First byte of each page that was read, in hex. */
  readonly bytes: () => string[];
  /** All that was said by and about scripts. */
  readonly said: () => string;
  readonly fault: (seq: number) => Fault;
  /** Of the script with this number. */
  readonly file: (n: number) => string;
}

export interface Options extends Partial<AttachOptions> {
  readonly target?: readonly [name: string, ...args: (string | number)[]];
  /** Endings of the files; `.ts` where none is said. */
  readonly endings?: readonly string[];
}

/** `scripts`: sources, numbered from 1. Where no script answers a fault it gets zeros. */
export async function withScripts(
  scripts: readonly string[],
  story: (stage: Stage) => Promise<void>,
  { target: [name, ...args] = ['missing', '--pages', 8], endings = [], ...more }: Options = {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'scripts-'));
  const file = (n: number): string => join(folder, `s${n}${endings[n - 1] ?? '.ts'}`);
  try {
    scripts.forEach((source, i) => writeFileSync(file(i + 1), source));
    await using target = await startTarget(name, args);
    await using session = await attach({
      pid: target.pid,
      defaultAnswer: 'zero',
      seed: 7,
      scripts: scripts.map((_, i) => file(i + 1)),
      ...more,
    });
    await story({
      session,
      target,
      file,
      bytes: () => target.lines.map((line) => (JSON.parse(line) as { readonly bytes: string }).bytes.slice(0, 2)),
      said: () =>
        session.scripts
          .notes()
          .map((note) => note.text)
          .join('\n'),
      fault: (seq) => session.faults.row(seq)!,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const eightPages = ({ bytes }: Stage): Promise<void> => until('eight pages', () => bytes().length === 8);

/** `export default` of a script with this onFault. */
export const onFault = (body: string, more = ''): string =>
  `import { defineScript } from 'uffdscope';
export default defineScript({ ${more} async: undefined, onFault(fault, ctx) { ${body} } } as never);`.replace(
    'async: undefined, ',
    '',
  );
