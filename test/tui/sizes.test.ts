/** Any size: 120x40, 80x24, tall, too small, and while it changes. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { on, Terminal } from './harness.js';

/** Every frame closes at the right edge of its pane: nothing was a cell too wide. */
function assertWhole(t: Terminal): void {
  const rows = t.rows;
  const { cols } = t.emulator;
  const tops = rows.flatMap((row, y) => (row.startsWith('╭') ? [y] : []));
  assert.ok(tops.length > 0, t.text);
  for (const top of tops) {
    assert.equal([...rows[top]!].length, cols, rows[top]);
    assert.ok(/[╮│]$/.test(rows[top]!), rows[top]);
    const bottom = rows.findIndex((row, y) => y > top && row.startsWith('╰'));
    for (let y = top + 1; y < bottom; y++) {
      assert.ok(/[│╮╯]$/.test(rows[y]!), `row ${y}: ${rows[y]}`);
      assert.ok(/^[│╭]/.test(rows[y]!), `row ${y}: ${rows[y]}`);
    }
  }
}

function isWhole(t: Terminal): boolean {
  try {
    assertWhole(t);
    return true;
  } catch {
    return false; // the frame before this one is still shown
  }
}

test('120x40', async () => {
  await on(Terminal.dev(), async (t) => {
    await t.ready();
    assertWhole(t);
    for (const part of ['1 [Ranges]', '2 [Rules]', '3 [Events]', '4 [Faults]', '5 [Bytes]']) t.find(part);
    assert.match(t.rows[0]!, /demo\[4012\].*ARMED {2}HOLD ON {2}HELD 3 oldest [\d.]+s/);
    assert.match(t.rows[1]!, /default zero · source \/tmp\/heap\.img · max-hold 30s · theme ansi/);
    assert.match(t.rows[39]!, /a answer.*Q quit/);
  });
});

test('80x24: faults, the detail below, the other panes by their numbers', async () => {
  await on(Terminal.dev([], { columns: 80, rows: 24 }), async (t) => {
    await t.ready();
    assertWhole(t);
    assert.match(t.rows[0]!, /demo\[4012\] .*ARMED .*HELD 3 oldest/);
    assert.match(t.rows[1]!, /1 ranges {2}2 rules {2}3 events \[4 faults\] 5 detail/);
    assert.match(t.text, /╭─ 5 \[Bytes\]/);
    await t.press('1');
    await t.until('ranges with their map', () => /\[1 ranges\]/.test(t.text) && /one cell =/.test(t.text));
    assertWhole(t);
    await t.press('5');
    await t.until('detail', /\[5 detail\]/);
    await t.press('+');
    await t.until('on the whole screen', () => !/4 \[Faults\]/.test(t.text));
    assertWhole(t);
  });
});

test('60x15 is enough', async () => {
  await on(Terminal.dev([], { columns: 60, rows: 15 }), async (t) => {
    await t.ready();
    assertWhole(t);
    assert.match(t.rows[0]!, /HELD 3 oldest/);
    await t.press('i');
    await t.until('a prompt', /hold: /);
    await t.press('esc', 'x');
    await t.until('a menu', /Harm #/);
  });
});

test('too small: it says what it needs, faults are served, and it comes back', async () => {
  const file = `/tmp/uffdscope-test-${process.pid}`;
  await on(Terminal.dev(['--rate', '200', '--held', '0', '--heartbeat', file]), async (t) => {
    await t.ready();
    t.resize(50, 12);
    await t.until('said', /^need 60x15, have 50x12; faults are served/);
    assert.equal(t.rows.slice(0, 2).join(' '), 'need 60x15, have 50x12; faults are served all the same');
    assert.equal(t.rows.slice(2).join('').trim(), '');
    const before = Number(readFileSync(file, 'utf8').split(' ')[1]);
    await t.until('faults are served', () => Number(readFileSync(file, 'utf8').split(' ')[1]) > before);
    t.resize(100, 30);
    await t.until('back', () => /4 \[Faults\]/.test(t.text) && t.rows[29]!.includes('Q quit'));
    assertWhole(t);
  });
  rmSync(file);
});

test('while it changes: each size is whole a moment later, dialogs too', async () => {
  await on(Terminal.dev(), async (t) => {
    await t.ready();
    for (const [columns, rows] of [
      [80, 24],
      [200, 50],
      [110, 30],
      [109, 30],
      [64, 60],
      [140, 45],
    ] as const) {
      t.resize(columns, rows);
      await t.until(
        `${columns}x${rows}`,
        () => t.rows[rows - 1]!.includes('Q quit') && /ARMED/.test(t.rows[0]!) && /╭─ 4/.test(t.text),
      );
      await t.until('whole', () => isWhole(t));
      assertWhole(t);
    }
    await t.press('K');
    await t.until('keys', /─ Keys ─/);
    t.resize(80, 24);
    await t.until('the dialog fits', () => t.rows[1]!.includes('─ Keys ─'));
    await t.press('q');
    await t.until('away', () => !/─ Keys ─/.test(t.text));
    assertWhole(t);
  });
});
