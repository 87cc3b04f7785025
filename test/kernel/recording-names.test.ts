/** Recordings call things by the names that the session gave them: scripts, and ranges of forked children. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  attach,
  FileRecords,
  openRecording,
  Recording,
  RecordStream,
  type NativeJoin,
} from '../../native/session/index.js';
import type { SessionRecord } from '../../native/session/records.js';
import { folder } from '../fixtures/recording.js';
import { startTarget } from '../fixtures/target.js';
import { until } from '../support/until.js';

function read(path: string): SessionRecord[] {
  using recording = new Recording(path);
  return [...new FileRecords(recording).all()];
}

const byWhom = (all: readonly SessionRecord[]): string[] => [
  ...new Set(all.flatMap((r) => (r.type === 'resolve' ? [r.by] : []))),
];

const rangesOf = (all: readonly SessionRecord[]): string[] =>
  all.flatMap((r) => (r.type === 'fault' ? [`${r.seq} ${r.pid} ${r.range}`] : []));

test('script:NAME, of one that was there at first and of one that came later', async () => {
  using place = folder();
  const script = (name: string, filter: string): string => {
    const path = place.file(`${name}-file.mjs`);
    writeFileSync(path, `export default { name: '${name}', filter: '${filter}', onFault(f, ctx) { ctx.zero(); } };`);
    return path;
  };
  const path = place.file('run.uffdrec');
  await using target = await startTarget('missing', ['--pages', 8, '--wait']);
  await using session = await attach({
    pid: target.pid,
    record: { path },
    scripts: [script('early', 'off<16k')],
  });
  await session.useScripts([script('late', 'off>=16k')]);
  target.say('\n');
  await until('eight pages', () => target.lines.length === 8);
  await session.detach();
  assert.deepEqual(byWhom(read(path)), ['script:early', 'script:late']);
  await using shown = await openRecording(path);
  assert.deepEqual(
    [1, 8].map((seq) => shown.faults.row(seq)!.by),
    ['script:early', 'script:late'],
  );
});

test('faults of forked children stand in the range that the session saw', async () => {
  using place = folder();
  const path = place.file('run.uffdrec');
  await using target = await startTarget('forks', ['--no-handler', '--rounds', 1, '--pause', 1500, '--pages', 8]);
  await using session = await attach({
    ...{ pid: target.pid, source: { type: 'pattern', byte: 0x5a }, ownEvents: true, armed: true },
    record: { path },
  });
  const stream = new RecordStream(session as NativeJoin);
  const live: SessionRecord[] = [...stream.begin()];
  await until('parent and child have read all', () => target.lines.length > 0, 60_000);
  await session.detach();
  live.push(...stream.take());
  const children = rangesOf(live).filter((line) => !line.includes(` ${target.pid} `));
  assert.ok(children.length > 0, 'children faulted');
  assert.deepEqual(rangesOf(read(path)), rangesOf(live));
  assert.ok(
    rangesOf(read(path)).every((line) => /anon\[\d+\]\+0x/.test(line)),
    rangesOf(read(path)).join('\n'),
  );
});
