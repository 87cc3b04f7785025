/** One tree, two compilers: a view shows exactly what a hold takes. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { compileHold, compileView, formatFilter } from '../../../native/session/filter/index.js';
import { startEngineAnswers, type EngineAnswers } from './engine-answers.js';
import { someHold } from './filters.js';
import { PLAIN, someSubject, type Subject } from './rows.js';

describe('JavaScript and the engine', () => {
  let engine: EngineAnswers;
  before(() => {
    engine = startEngineAnswers();
  });
  after(() => engine.close());

  async function compare(text: string, subjects: readonly Subject[]): Promise<string> {
    const view = compileView(text);
    const hold = compileHold(text);
    assert.ok(view.ok && hold.ok, `cannot compile ${text}: ${JSON.stringify(view)} ${JSON.stringify(hold)}`);
    const seen = subjects.map(({ columns }) => (view.test(columns) ? '1' : '0')).join('');
    assert.equal(await engine.ask(hold.program, subjects), seen, text);
    return seen;
  }

  it('give the same answer to random filters about random faults', async () => {
    const counts = { 0: 0, 1: 0 };
    await fc.assert(
      fc.asyncProperty(someHold, fc.array(someSubject, { minLength: 1, maxLength: 12 }), async (filter, subjects) => {
        const answers = await compare(formatFilter(filter), subjects);
        for (const answer of answers) counts[answer as '0' | '1']++;
      }),
      { numRuns: 3000 },
    );
    // Agreement about nothing but refusals would prove little.
    assert.ok(counts[0] > 5000 && counts[1] > 5000, JSON.stringify(counts));
  });

  it('agree about the examples of the reference', async () => {
    const plain: Subject = {
      columns: PLAIN,
      bytes: {
        range: Buffer.from(PLAIN.rangeName),
        backing: Buffer.from(PLAIN.backing),
        prot: Buffer.from(PLAIN.prot),
        comm: Buffer.from(PLAIN.comm),
      },
    };
    assert.equal(await compare('range=cache rw=w', [plain]), '1');
    assert.equal(await compare('kind=missing range~heap off<4k', [plain]), '0');
    assert.equal(await compare('!(access=read | range=db) hits>=3', [plain]), '1');
    assert.equal(await compare('addr in 0x7f31a0000000+2M prot=rw', [plain]), '1');
    assert.equal(await compare('comm~^work.*[0-9]$ | wp', [plain]), '1');
    assert.equal(await compare('', [plain]), '1');
  });

  it('treats a program that was tampered with as an error, not as an answer', async () => {
    const hold = compileHold('range=cache');
    assert.ok(hold.ok);
    hold.program[16] = 99;
    assert.equal(await engine.ask(hold.program, []), 'refused: filter program: test 0 has an unknown operation');
  });
});
