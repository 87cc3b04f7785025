/** A recording at a moment is what a naive look at every fault says it was, wherever one came from. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { UffdscopeError } from '../../../native/session/errors.js';
import { openRecording } from '../../../native/session/recording/index.js';
import { block, description, faultRecord, fileHeader, folder, item, logRecord } from '../../fixtures/recording.js'; // prettier-ignore
import { generator, latest, make, PAGE, stood, type Made } from './playback-model.js';

async function withRecording(
  bytes: Buffer,
  story: (session: Awaited<ReturnType<typeof openRecording>>) => Promise<void>,
): Promise<void> {
  using place = folder();
  writeFileSync(place.file('a.uffdrec'), bytes);
  await using session = await openRecording(place.file('a.uffdrec'));
  await story(session);
}

/** A list of a hundred thousand: only the first that differs is told. */
function assertSame(got: readonly unknown[], expected: readonly unknown[], what: string): void {
  const at = expected.findIndex((one, i) => !isDeepStrictEqual(got[i], one));
  if (at >= 0) assert.deepEqual(got[at], expected[at], `${what}, number ${at}`);
  assert.equal(got.length, expected.length, what);
}

function assertAt(session: Awaited<ReturnType<typeof openRecording>>, made: Made, t: number): void {
  session.seek(t);
  assert.equal(session.snapshot().now, t);
  const expected = made.faults.flatMap((f) => stood(f, t) ?? []);
  const got = session.faults.select(() => true).map((seq) => session.faults.row(seq)!);
  assertSame(
    got.map(({ seq, state, action, by, errno, latency, age, rangeOffset }) => {
      return { seq, state, action, by, errno, latency, age, rangeOffset };
    }),
    expected,
    `faults at ${t}`,
  );
  const waiting = expected.filter(({ latency }) => latency === null);
  assertSame(
    session.faults.waiting(),
    waiting.map(({ seq }) => seq),
    `waiting at ${t}`,
  );
  const past = made.faults.flatMap((f) => f.changes.filter((c) => c.t <= t).map((c) => ({ ...c, readAt: f.readAt })));
  const answers = past.filter(({ to }) => to === 'resolved').map((c) => c.t - c.readAt);
  const held = waiting.filter(({ state }) => state === 'held');
  const snapshot = session.snapshot();
  const { faults, resolved, failed, handedBack, delayed, oldestHeld, latency, events } = snapshot;
  assert.deepEqual(
    { faults, resolved, failed, handedBack, held: snapshot.held, delayed, oldestHeld, events, max: latency?.max },
    {
      faults: expected.length,
      resolved: answers.length,
      failed: past.filter(({ to }) => to === 'failed').length,
      handedBack: past.filter(({ to }) => to === 'gone').length,
      held: held.length,
      delayed: waiting.filter(({ state }) => state === 'delayed').length,
      oldestHeld: held[0]?.age ?? null,
      events: made.forks.filter((fork) => fork <= t).length,
      max: answers.length === 0 ? undefined : latest(answers),
    },
    `counts at ${t}`,
  );
  if (latency !== null) {
    const sorted = answers.toSorted((a, b) => a - b);
    const exact = sorted[Math.max(1, Math.ceil(0.99 * sorted.length)) - 1]!;
    assert.ok(latency.p99 >= exact && latency.p99 <= exact * 1.016 + 1, `p99 ${latency.p99} of ${exact}`);
  }
  assert.deepEqual(
    session.ranges().map(({ id, faults: n, held: h }) => ({ id, faults: n, held: h })),
    made.ranges
      .filter((range) => range.t <= t && range.gone > t)
      .map(({ id }) => ({
        id,
        faults: made.faults.filter((f) => f.range === id && f.readAt <= t).length,
        held: made.faults.filter((f) => f.range === id && stood(f, t)?.latency === null).length,
      })),
    `ranges at ${t}`,
  );
}

test('any moment of any recording, reached from anywhere', async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const made = make(seed, 150);
    const random = generator(seed * 99);
    await withRecording(made.bytes, async (session) => {
      assert.equal(session.at, made.end, 'it opens at its end');
      const ends = made.faults.flatMap((f) => [f.readAt, ...f.changes.map((c) => c.t)]);
      const exact = Array.from({ length: 15 }, () => ends[random(ends.length)]!); // at a change, not only between
      const any = Array.from({ length: 15 }, () => session.from + random(made.end - session.from + 1));
      for (const t of [session.from, ...exact, ...any, made.end]) assertAt(session, made, t);
    });
  }
});

test('a hundred thousand changes: sums are kept, and a far moment is the same as a near one', async () => {
  const made = make(77, 90_000);
  await withRecording(made.bytes, async (session) => {
    for (const t of [made.end * 0.9, 0, made.end * 0.5, made.end, made.end * 0.1].map(Math.round))
      assertAt(session, made, Math.max(session.from, t));
  });
});

test('stepping goes through every moment at which something happened, and back', async () => {
  const made = make(5, 60);
  await withRecording(made.bytes, async (session) => {
    const moments = new Set([
      ...made.faults.flatMap((f) => [f.readAt, ...f.changes.map((c) => c.t)]),
      ...made.forks,
      ...made.ranges.flatMap(({ t, gone }) => [t, gone]),
    ]);
    const inside = [...moments].filter((t) => t >= session.from && t <= session.to).toSorted((a, b) => a - b);
    const walk = (step: 1 | -1): number[] => {
      const seen = [session.at];
      for (let t = session.next(step); t !== null; t = session.next(step)) {
        session.seek(t);
        seen.push(t);
      }
      return seen;
    };
    session.seek(session.from);
    assert.deepEqual(walk(1), inside);
    assert.deepEqual(walk(-1), inside.toReversed());
  });
});

test('what is counted, and which pages are filled, at a moment', async () => {
  const made = make(9, 400);
  await withRecording(made.bytes, async (session) => {
    const t = Math.round(made.end / 2);
    session.seek(t);
    const now = made.faults.flatMap((f) => {
      const s = stood(f, t);
      return s ? [{ ...s, page: f.page, range: f.range }] : [];
    });
    const counts = await session.statistics(3);
    const answered = now.filter(({ state }) => state === 'resolved');
    assert.deepEqual(
      counts.latencies.map(({ kind, action, count }) => ({ kind, action, count })),
      [{ kind: 'missing', action: 'zero', count: answered.length }],
    );
    const busiest = Math.max(...now.map(({ page }) => now.filter((other) => other.page === page).length));
    assert.equal(counts.pages[0]!.faults, busiest);
    const map = await session.pageMap(1, 16);
    const filled = new Set(answered.filter(({ range }) => range === 1).map(({ page }) => page));
    assert.equal(map.cellBytes, 4 * PAGE);
    assert.equal(
      map.cells.reduce((sum, cell) => sum + cell.present, 0),
      filled.size,
    );
    assert.equal(map.resident, filled.size / 64);
  });
});

test('nothing can be done to what has been', async () => {
  const made = make(3, 20);
  await withRecording(made.bytes, async (session) => {
    const refused = (e: unknown) => e instanceof UffdscopeError && /nothing waits here any more/.test(e.message);
    assert.equal(session.legal().ok, false);
    await assert.rejects(session.hold(), refused);
    await assert.rejects(session.useRules(), refused);
    assert.throws(() => session.record(), refused);
    assert.match((await session.perform({ verb: 'zero' }, [1]))[0]!.message, /nothing waits here/);
    session.seek(-5);
    assert.equal(session.at, session.from, 'there is nothing before the first record');
    session.seek(Infinity);
    assert.equal(session.at, made.end);
  });
});

test('a recording without its end says so, and shows what is there', async () => {
  const made = make(4, 500);
  await withRecording(made.bytes.subarray(0, made.bytes.length - 1000), async (session) => {
    assert.match(session.snapshot().notice, /Its end is missing or damaged: \d+ bytes.*did not come to an end/);
    assert.ok(session.snapshot().faults > 100);
  });
});

test('a recording in several files is one: what waited in the one was answered in the next', async () => {
  using place = folder();
  const waits = (seq: number) =>
    faultRecord(seq, (b) => {
      b.writeBigUInt64LE(0n, 16);
      [b[85], b[86], b[87]] = [2, 0, 0];
    });
  const answer = logRecord(9, { t: 2_500_000, type: 2, seq: 2, a: 4096, b: 2_000_000, c: 2_500_000, action: 1, by: 1 });
  const older = [fileHeader(), description(), block(2, Buffer.concat([item(1, faultRecord(1)), item(2, waits(2))]))];
  const newer = [
    fileHeader({ part: 1 }),
    description(),
    block(2, Buffer.concat([item(2, waits(2)), item(3, answer), item(1, faultRecord(3))])),
  ];
  writeFileSync(place.file('a.uffdrec.1'), Buffer.concat(older));
  writeFileSync(place.file('a.uffdrec'), Buffer.concat(newer));
  await using session = await openRecording(place.file('a.uffdrec'));
  assert.deepEqual([session.faults.first, session.faults.last, session.snapshot().resolved], [1, 3, 3]);
  assert.equal(session.faults.row(2)?.latency, 500_000);
  session.seek(1_400_000);
  assert.deepEqual(session.faults.waiting(), [2]);
  assert.doesNotMatch(session.snapshot().notice, /damaged|not beside/);
});
