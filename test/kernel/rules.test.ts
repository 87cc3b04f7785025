/** Rules on real processes: what a fault gets, when its thread goes on, and what becomes of it when the rule goes. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { attach, UffdscopeError, type AttachOptions, type NativeJoin } from '../../native/session/index.js';
import { startTarget } from '../fixtures/target.js';
import { sleep, until } from '../support/until.js';

interface Page {
  readonly page: number;
  readonly bytes: string;
}

/** A target that reads eight pages in turn, under these rules; where nothing takes a fault it gets zeros. */
async function under(
  rules: readonly string[],
  story: (session: NativeJoin, pages: () => readonly Page[]) => Promise<void>,
  more: Partial<AttachOptions> = {},
): Promise<void> {
  await using target = await startTarget('missing', ['--pages', 8]);
  await using session = await attach({ pid: target.pid, defaultAnswer: 'zero', rules, seed: 7, ...more });
  await story(session, () => target.lines.map((line) => JSON.parse(line) as Page));
}

const faultOn = (session: NativeJoin, offset: string) =>
  Array.from({ length: session.faults.last }, (_, i) => session.faults.row(i + 1)!).filter(
    (f) => f.rangeOffset === `anon[0]+${offset}`,
  );

test('the first rule with an action wins; those before it that only change the answer add up', async () => {
  const rules = ['off<8k: corrupt=xor:0f', 'off=4k: copy=pattern:ab', 'off<12k: copy=pattern:11', 'off=0: poison'];
  await under(rules, async (session, pages) => {
    await until('eight pages', () => pages().length === 8);
    assert.deepEqual(
      pages().map((p) => p.bytes.slice(0, 2)),
      ['1e', 'a4', '11', '00', '00', '00', '00', '00'],
    );
    assert.equal(faultOn(session, '0x1000')[0]!.by, 'rule:2');
    const counts = session.rules.list().map(({ matched, acted }) => [matched, acted]);
    assert.deepEqual(counts, [
      [2, 2],
      [1, 1],
      [2, 2],
      [0, 0],
    ]);
    assert.deepEqual(
      session.rules.neverMatched().map((r) => r.id),
      [4],
    );
  });
});

test('a delayed fault waits as long as was said, and no other does', async () => {
  await under(['off=8k: delay=300ms'], async (session, pages) => {
    await until('the delay', () => session.snapshot().delayed === 1);
    await until('the two before it', () => pages().length === 2);
    await until('eight pages', () => pages().length === 8);
    const [fault] = faultOn(session, '0x2000');
    assert.ok(fault!.latency! >= 300e6);
    assert.equal(fault!.by, 'rule:1');
  });
});

test('short: the rest of the page is zero', async () => {
  await under(['copy=pattern:77:short=4'], async (_, pages) => {
    await until('eight pages', () => pages().length === 8);
    assert.match(pages()[0]!.bytes, /^77777777(00)+$/);
  });
});

test('short of a block: what lies behind it faults again', async () => {
  await under(
    ['short=8k'],
    async (session, pages) => {
      await until('eight pages', () => pages().length === 8);
      // Blocks lie at multiples of 16k, wherever the range begins: two answers each, or one of a page at either end.
      await until('they are counted', () => session.snapshot().faults >= 4);
      const { faults } = session.snapshot();
      assert.ok(faults >= 4 && faults <= 6, `${faults} faults`);
    },
    { granularity: 16384 },
  );
});

test('nowake: the page is there at once, its thread goes on later', async () => {
  await under(['off=0: copy=pattern:5a:nowake=400ms'], async (session, pages) => {
    await until('it sleeps', () => session.snapshot().delayed === 1);
    const { page } = session.faults.row(1)!;
    const there = await session.readPage(page, 4);
    assert.ok(there.known && there.bytes[0] === 0x5a);
    assert.equal(pages().length, 0);
    await until('eight pages', () => pages().length === 8);
    assert.equal(session.faults.row(1)!.action, 'copy');
    assert.ok(session.faults.row(1)!.latency! >= 400e6);
  });
});

test('nowake without a time sleeps until the rule goes', async () => {
  await under(['off=0:nowake'], async (session, pages) => {
    await until('it sleeps', () => session.snapshot().delayed === 1);
    await sleep(600); // longer than the look for faults that ended without us
    assert.equal(pages().length, 0);
    session.rules.remove(1);
    await until('eight pages', () => pages().length === 8);
  });
});

test('spurious: woken first, answered when it faults again; duplicate: answered twice', async () => {
  await under(['spurious:duplicate:copy=pattern:33'], async (session, pages) => {
    await until('eight pages', () => pages().length === 8);
    assert.deepEqual(new Set(pages().map((p) => p.bytes.slice(0, 2))), new Set(['33']));
    const first = faultOn(session, '0x0').map((f) => f.action);
    assert.deepEqual(first, ['wake', 'copy']);
    // Its last page answered, the target ends, perhaps before that page's second answer.
    await until('second answers found the page there', () => session.native.snapshot().races >= 7);
  });
});

test('reorder does not wait for ever where fewer threads fault than it collects', async () => {
  await under(['reorder=4'], async (session, pages) => {
    await until('eight pages', () => pages().length === 8);
    assert.ok(faultOn(session, '0x0')[0]!.latency! >= 90e6);
  });
});

test('when counts the matches, limit the deeds', async () => {
  await under(['copy=pattern:01:when=2..3', 'copy=pattern:02:limit=2'], async (_, pages) => {
    await until('eight pages', () => pages().length === 8);
    const bytes = pages().map((p) => p.bytes.slice(0, 2));
    assert.deepEqual(bytes, ['02', '01', '01', '02', '00', '00', '00', '00']);
  });
});

test('poison is SIGBUS', async () => {
  await using target = await startTarget('missing', ['--pages', 8]);
  await using session = await attach({ pid: target.pid, defaultAnswer: 'zero', rules: ['off=4k: poison'] });
  assert.equal((await target.exit).signal, 'SIGBUS');
  await until('the record', () => session.faults.row(2)?.action === 'poison');
});

test('what a rule holds is let go with it, and the rules that are left decide', async () => {
  await under(['off=0: hold', 'copy=pattern:44'], async (session, pages) => {
    await until('held', () => session.snapshot().held === 1);
    assert.equal(session.faults.row(1)!.by, 'rule:1');
    session.rules.switch(1, false);
    await until('eight pages', () => pages().length === 8);
    assert.equal(pages()[0]!.bytes.slice(0, 2), '44');
  });
});

test('a rule that only delays leaves the rest to the default: to hold', async () => {
  await under(
    ['delay=50ms'],
    async (session, pages) => {
      await until('held', () => session.snapshot().held === 1);
      assert.equal(pages().length, 0);
      await session.perform({ verb: 'copy', source: { type: 'pattern', byte: 0x21 } }, [1]);
      await until('a page', () => pages().length === 1);
      assert.equal(pages()[0]!.bytes.slice(0, 2), '21');
    },
    { defaultAnswer: 'hold' },
  );
});

test('the panic key switches all rules off', async () => {
  await under(['hold'], async (session, pages) => {
    await until('held', () => session.snapshot().held === 1);
    await session.release();
    assert.deepEqual(
      session.rules.list().map((r) => r.on),
      [false],
    );
    assert.equal(pages().length, 0, 'nobody reads now: it waits unread, as before us');
  });
});

test('a rule that cannot be read changes nothing', async () => {
  await under(['off=0: hold'], async (session) => {
    assert.throws(
      () => session.rules.addAll(['zero', 'range=heap: dellay=1ms']),
      (e: UffdscopeError) => e.code === 'RULES' && e.exit === 2 && /did you mean delay/.test(e.message),
    );
    assert.equal(session.rules.list().length, 1);
  });
});

test('a source that shrinks in use: the fault has failed, is held and said; grown again it gives its bytes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rules-'));
  const path = join(folder, 'image');
  try {
    writeFileSync(path, Buffer.alloc(8 * 4096, 0x6d));
    await under([`off<8k: delay=100ms:copy=${path}`, `copy=${path}`], async (session, pages) => {
      await until('a first page is delayed', () => session.snapshot().delayed === 1);
      truncateSync(path, 2 * 4096);
      await until('the two that it still has', () => pages().length === 2);
      await until('the third has failed', () => session.faults.row(3)?.state === 'failed');
      const fault = session.faults.row(3)!;
      assert.equal(fault.errno, constants.errno.ENODATA);
      assert.match(session.snapshot().notice, /source/i);
      unlinkSync(path); // held open, so what it is now counts, not its name
      writeFileSync(path, Buffer.alloc(8 * 4096, 0xff));
      const [again] = await session.perform({ verb: 'copy', source: { type: 'pattern', byte: 0x6d } }, [3]);
      assert.ok(again!.ok, again!.message);
      await until('the next has failed as well', () => session.faults.row(4)?.state === 'failed');
      session.rules.switchAll(false);
      await session.perform({ verb: 'zero' }, [4]);
      await until('eight pages', () => pages().length === 8);
      const bytes = pages().map((p) => p.bytes.slice(0, 2));
      assert.deepEqual(bytes, ['6d', '6d', '6d', '00', '00', '00', '00', '00'], 'no byte that nobody chose');
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Which pages a rule took, by their place in the range. */
async function decisions(seed: number, threads: number): Promise<{ readonly taken: number; readonly hash: string }> {
  const args = ['--pages', 800 / threads, '--threads', threads, '--expect', 'byte:00', '--wait'];
  await using checker = await startTarget('checker', args);
  const rules = ['prob=0.3: delay=20us~10us:name=slow', 'prob=0.1: copy=zero:name=other'];
  await using session = await attach({ pid: checker.pid, defaultAnswer: 'zero', rules, seed, keep: 4096 });
  checker.say('\n');
  const [said] = (await checker.json(1, 60_000)) as [{ ok: boolean }];
  assert.ok(said.ok);
  const taken = new Map<string, string>();
  for (let seq = 1; seq <= session.faults.last; seq++) {
    const fault = session.faults.row(seq)!;
    if (fault.by?.startsWith('rule')) taken.set(fault.rangeOffset, fault.by);
  }
  const hash = createHash('sha256')
    .update([...taken].toSorted().join(' '))
    .digest('hex');
  return { taken: taken.size, hash };
}

test('the same seed decides the same for each page in a hundred runs, of one thread and of four', async () => {
  const first = await decisions(1, 1);
  assert.ok(first.taken > 200 && first.taken < 400, 'a good third of them');
  for (let done = 0; done < 100; done += 4) {
    const runs = await Promise.all([1, 4, 1, 4].map((threads) => decisions(1, threads)));
    for (const run of runs) assert.deepEqual(run, first);
  }
  assert.notEqual((await decisions(2, 1)).hash, first.hash);
});

test('a rule that goes releases what it delays or leaves asleep, although another gave the action', async () => {
  for (const rule of ['delay=60s', 'nowake']) {
    await under([rule, 'zero'], async (session, pages) => {
      await until('a fault that waits', () => session.snapshot().delayed === 1);
      session.rules.remove(1);
      await until(`all eight pages once ${rule} is gone`, () => pages().length === 8);
    });
  }
});

test('a hold that takes nothing changes no decision: threads that fault a page together fault it once', async () => {
  const decided = async (hold: string | undefined): Promise<string> => {
    const args = ['--pages', 400, '--threads', 4, '--together', '--expect', 'zero', '--wait'];
    await using target = await startTarget('checker', args);
    await using session = await attach({
      pid: target.pid,
      defaultAnswer: 'zero',
      rules: ['prob=0.3: wake:limit=1:per=page', 'prob=0.5: copy=zero'],
      seed: 9,
      ...(hold !== undefined && { hold }),
    });
    target.say('\n');
    await target.json(1, 60_000);
    return session.rules
      .list()
      .map(({ text, acted }) => `${text} acted ${acted}`)
      .join(', ');
  };
  assert.equal(await decided('range=nosuch'), await decided(undefined));
});
