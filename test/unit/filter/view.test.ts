/** What a filter over faults takes, said the way a person says it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileEvents, compileMappings, compileView, type ViewOptions } from '../../../native/session/filter/index.js';
import type { FaultColumns } from '../../../native/session/types.js';
import { row } from './rows.js';

function takes(text: string, changes: Partial<FaultColumns> = {}, options: ViewOptions = {}): boolean {
  const result = compileView(text, options);
  assert.ok(result.ok, `${text}: ${JSON.stringify(result)}`);
  return result.test(row(changes));
}

function notes(text: string): readonly string[] {
  const result = compileView(text);
  assert.ok(result.ok);
  return result.notes;
}

describe('a view filter', () => {
  it('takes everything when it is empty', () => {
    assert.equal(takes(''), true);
    assert.equal(takes('   '), true);
    assert.equal(takes('@all'), true);
  });

  it('joins by standing side by side, and binds and before or', () => {
    assert.equal(takes('kind=missing rw=w'), true);
    assert.equal(takes('kind=missing rw=r'), false);
    assert.equal(takes('kind=wp rw=r | held'), true);
    assert.equal(takes('held | kind=wp rw=r'), true);
    assert.equal(takes('(held | kind=wp) rw=r'), false);
    assert.equal(takes('held and not kind=wp or rw=r'), true);
    assert.equal(takes('!held'), false);
    assert.equal(takes('!!held & rw=w'), true);
    assert.equal(takes('NOT held OR Held'), true);
  });

  it('reads sizes, addresses, times and counts in their units', () => {
    assert.equal(takes('off=0x1018'), true);
    assert.equal(takes('off<4k'), false);
    assert.equal(takes('off<8K'), true);
    assert.equal(takes('off=4.5k', { off: 4608 }), true);
    assert.equal(takes('age>1s'), true);
    assert.equal(takes('age<4200ms'), false);
    assert.equal(takes('age<=4200ms'), true);
    assert.equal(takes('lat=1.5us', { lat: 1500 }), true);
    assert.equal(takes('seq>4k'), true, 'counts go by thousands');
    assert.equal(takes('seq=4k', { seq: 4000 }), true);
    assert.equal(takes('off=4k', { off: 4096 }), true);
  });

  it('knows three ways to say a span', () => {
    const page = 0x7f31a0002000;
    assert.equal(takes('page in 0x7f31a0000000+0x2000', { page }), false, 'a length ends before');
    assert.equal(takes('page in 0x7f31a0000000-0x7f31a0002000', { page }), false, 'as in /proc/PID/maps');
    assert.equal(takes('page in 0x7f31a0000000..0x7f31a0002000', { page }), true, 'dots include both ends');
    assert.equal(takes('tid in {1,4010..4020,9}'), true);
    assert.equal(takes('tid={1,9}'), false);
    assert.equal(takes('tid!={1,9}'), true);
  });

  it('compares nothing with what is not known', () => {
    for (const text of ['lat<1s', 'lat>0', 'lat!=5ms', 'lat=0']) assert.equal(takes(text, { lat: -1 }), false, text);
    assert.equal(takes('!(lat>0)', { lat: -1 }), true);
    assert.equal(takes('off!=0', { off: -1 }), false);
    assert.equal(takes('tid!=5', { tid: 0 }), false, 'a uffd without THREAD_ID');
    assert.equal(takes('hits<3', { hits: 0 }), false, 'not counted');
    assert.equal(takes('errno=0'), true, 'no error is known');
  });

  it('finds ranges by name, by the part after the colon, and without the index', () => {
    for (const text of [
      'range=shm:cache',
      'range=cache',
      'range~^shm',
      'cache',
      'ACHE',
      '"m:c"',
      'range in {heap,cache}',
    ])
      assert.equal(takes(text), true, text);
    for (const text of ['range=shm', 'range=ache', 'range!=cache', 'range=Cache'])
      assert.equal(takes(text), false, text);
    assert.equal(takes('range=heap', { rangeName: 'heap[0]' }), true);
    assert.equal(takes('range=heap[1]', { rangeName: 'heap[0]' }), false);
  });

  it('reads protections by their letters', () => {
    assert.equal(takes('prot=rw', { prot: 'rw-p' }), true);
    assert.equal(takes('prot=wx', { prot: 'rw-p' }), false);
    assert.equal(takes('prot=r--', { prot: 'r--p' }), true);
    assert.equal(takes('prot!=w', { prot: 'r--p' }), true);
  });

  it('knows errors by name, and short words for kinds', () => {
    assert.equal(takes('errno=EEXIST', { errno: 17 }), true);
    assert.equal(takes('errno in {EAGAIN,17}', { errno: 17 }), true);
    assert.equal(takes('kind=miss'), true);
    assert.equal(takes('kind in {wp,min}', { kind: 'minor' }), true);
    assert.equal(takes('state=HELD'), true);
  });

  it('knows who answered', () => {
    assert.equal(takes('rule=3', { by: 'rule:3' }), true);
    assert.equal(takes('rule=3', { by: 'rule:33' }), false);
    assert.equal(takes('by=rule:3', { by: 'rule:3' }), true);
    assert.equal(takes('mine', { by: 'operator' }), true);
    assert.equal(takes('poisoned', { action: 'poison' }), true);
    assert.equal(takes('stale', { state: 'gone' }), true);
    assert.equal(takes('edited | marked', { marked: true }), true);
  });

  it('has selectors for rows, some only on a screen', () => {
    assert.equal(takes('@waiting', { state: 'delayed' }), true);
    assert.equal(takes('@held', { state: 'delayed' }), false);
    assert.equal(takes('@focus', {}, { focus: () => 4944 }), true);
    assert.equal(takes('@focus', {}, { focus: () => null }), false);
    assert.equal(takes('!@shown', {}, { shown: () => false }), true);
    const result = compileView('@focus');
    assert.ok(!result.ok);
    assert.equal(result.error.message, '@focus cannot be used here: there is no screen');
  });

  it('asks for instructions only where they are recorded', () => {
    assert.equal(takes('ip in 0x1000+16 sym~^mem memc', { ip: 0x1008, sym: 'memcpy' }, { instructions: true }), true);
    const result = compileView('sym=memcpy');
    assert.ok(!result.ok);
    assert.equal(result.error.message, 'sym cannot be used here: instructions are not recorded in this session');
  });

  it('says when a lone word looks like something else', () => {
    assert.deepEqual(notes('hled'), ['"hled" is looked for in names; did you mean held?']);
    assert.deepEqual(notes('missing rw=w'), ['"missing" is looked for in names; did you mean kind=missing?']);
    assert.deepEqual(notes('"missing"'), []);
    assert.deepEqual(notes('heap !cache'), []);
  });
});

describe('filters over events and mappings', () => {
  it('take events by kind, process and time', () => {
    const result = compileEvents('ev in {fork,remap} pid=7 t<1s 0x7f');
    assert.ok(result.ok);
    const event = { index: 1, t: 5e8, type: 'fork', pid: 7, detail: 'child 9 at 0x7F00' } as const;
    assert.equal(result.test(event), true);
    assert.equal(result.test({ ...event, type: 'exit' }), false);
  });

  it('take mappings by size, name and what is behind them', () => {
    const heap = { name: 'heap', size: 1 << 20, anon: true, file: '', prot: 'rw-p' };
    const code = { name: 'libc.so:text', size: 1 << 21, anon: false, file: '/lib/libc.so', prot: 'r-xp' };
    const cases: readonly (readonly [string, boolean, boolean])[] = [
      ['anon', true, false],
      ['file', false, true],
      ['anon>=1M', true, false],
      ['anon>1M', false, false],
      ['file>=1M', false, true],
      ['file~libc', false, true],
      ['name=text', false, true],
      ['!(anon<2M) prot=x', false, true],
      ['heap | size=2M', true, true],
    ];
    for (const [text, onHeap, onCode] of cases) {
      const result = compileMappings(text);
      assert.ok(result.ok, text);
      assert.deepEqual([result.test(heap), result.test(code)], [onHeap, onCode], text);
    }
  });
});
