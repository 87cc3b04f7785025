/** Every key does what help says. One person, a few sittings; what was asked of the session is read at the end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { on, pause, Terminal } from './harness.js';

/** Ends the sitting and gives what was asked of the session. */
async function callsOf(t: Terminal): Promise<string> {
  await t.press('Q');
  await t.ended();
  return t.raw.slice(t.raw.lastIndexOf('calls ')).replaceAll('\r\n', '');
}

/** Only held missing faults are shown, the first in focus: verbs that give bytes are legal. */
async function onlyMissing(t: Terminal): Promise<void> {
  await t.press(':');
  await t.type('filter held kind=missing');
  await t.press('enter', 'g');
  await t.until('a held missing fault in focus', () => / miss .*HELD/.test(focus(t)) && / [1-9] shown of/.test(t.text));
}

/** The one that was answered leaves the view; the next has the focus. */
const answered = (t: Terminal, left: number): Promise<void> =>
  t.until(
    `${left} left`,
    () => new RegExp(` ${left} shown of`).test(t.text) && (left === 0 || / miss .*HELD/.test(focus(t))),
  );

/** The row of the fault in focus. */
const focus = (t: Terminal): string =>
  t.rows.find((row) => /│▌ +\d+ .*(miss|wp|min) /.test(row))?.replace(/^.*│▌ */, '') ?? '';
const focused = (t: Terminal): number => Number.parseInt(focus(t), 10);
const focusIs = (t: Terminal, seq: number): Promise<void> => t.until(`fault ${seq} in focus`, () => focused(t) === seq);
/** The title row of the pane whose frame holds the focus is drawn bold: asked for by its number. */
const activePane = (t: Terminal, title: string): boolean => {
  const { x, y } = t.find(title);
  return t.cell(x, y)!.isBold() !== 0 && t.cell(x - 2, y)!.isDim() === 0;
};

test('moving: j k arrows, pages, g G Home End', async () => {
  await on(Terminal.dev(['--past', '200', '--held', '0']), async (t) => {
    await t.ready();
    await focusIs(t, 200);
    assert.match(t.text, /following/);
    await t.press('k');
    await focusIs(t, 199);
    await t.until('it follows no more', () => !t.text.includes('following'));
    await t.press('up');
    await focusIs(t, 198);
    await t.press('j', 'down');
    await focusIs(t, 200);
    await t.press('ctrl-u');
    await t.until('a page up', () => focused(t) < 192);
    const above = focused(t);
    await t.press('pageup');
    await t.until('another', () => focused(t) < above);
    await t.press('ctrl-d', 'pagedown');
    await focusIs(t, 200);
    await t.press('g');
    await focusIs(t, 1);
    await t.press('end');
    await focusIs(t, 200);
    await t.press('home');
    await focusIs(t, 1);
    await t.press('G');
    await focusIs(t, 200);
    await t.press('F');
    await t.until('follows again', /following/);
  });
});

test('panes: 1 to 5, tab, shift-tab, tabs [ ], zoom + _, layouts -, enter and esc', async () => {
  await on(Terminal.dev(['--held', '0']), async (t) => {
    await t.ready();
    for (const [key, title] of [
      ['1', '1 [Ranges]'],
      ['2', '2 Rules'],
      ['3', '3 [Events]'],
      ['5', '5 [Bytes]'],
      ['4', '4 [Faults]'],
    ] as const) {
      await t.press(key);
      await t.until(`pane ${key}`, () => activePane(t, title));
    }
    await t.press('tab');
    await t.until('next pane', () => activePane(t, '5 [Bytes]'));
    await t.press('shift-tab');
    await t.until('previous pane', () => activePane(t, '4 [Faults]'));
    await t.press(']');
    await t.until('threads', /TID +NAME +FAULTS +WRITES/);
    await t.press(']');
    await t.until('stats', /time to answer +p50/);
    await t.press(']');
    await t.until('graph', /faults a second, one column a second/);
    await t.press('[', '[', '[');
    await t.until('faults again', /4 \[Faults\]/);
    await t.press('+');
    await t.until('zoomed', () => !t.text.includes('Rules') || /1 ranges/.test(t.text));
    await t.until('faults over the whole width', () => /^╭─ 4 \[Faults\].{90,}╮$/m.test(t.text));
    await t.press('_');
    await t.until('all panes', /2 Rules/);
    await t.press('-');
    await t.until('columns', /layout: columns/);
    await t.press('-');
    await t.until('pair', () => !/2 Rules/.test(t.text) && /5 \[Bytes\]/.test(t.text));
    await t.press('-');
    await t.until('stack', /layout: stack/);
    await t.press('-');
    await t.until('by size', () => /layout: auto/.test(t.text) && /2 Rules/.test(t.text));
    await t.press('enter');
    await t.until('enter opens the detail', () => activePane(t, '5 [Bytes]'));
    await t.press('esc');
    await t.until('esc goes back', () => activePane(t, '4 [Faults]'));
    await t.press('1', 'j', 'enter');
    await t.until('a range opens as a filter', /\[f: range=shm:cache\]/);
    assert.match(t.text, /1[0-9] shown of 30/);
    await t.press('esc');
    await t.until('esc drops it', /30 shown of 30/);
    await t.press('5', 'l');
    await t.until('l: the other bytes', /would be answered \d* ?b?y?t?e?s? ?· h l other|would be answered · h l other/);
    await t.press(']');
    await t.until('thread tab', /thread \d+ .*newest first/);
    await t.press(']');
    await t.until('history tab', /page 0x[0-9a-f]+ +\d+ faults?, newest first/);
  });
});

test('answering: a z u o d w, and what is refused says why', async () => {
  await on(Terminal.dev(['--held', '9', '--past', '6']), async (t) => {
    await t.ready();
    await t.until(
      'the hint for the first held fault, a write-protect fault',
      /Thread \d+ waits here\. u unprotect · a answer · w wake · \? more/,
    );
    const kinds = (): string => focus(t);
    // Held faults are wp, missing, missing, wp …; the first has the focus, and each answer goes on to the next.
    await focusIs(t, 7);
    await t.until('a missing one is legal to zero', () => / miss | wp /.test(kinds()));
    for (let seq = 7; seq <= 15; seq++) {
      await focusIs(t, seq);
      if (/ wp /.test(kinds())) {
        await t.until(
          'its hint bar offers u',
          () => /u unprotect/.test(t.rows.at(-1)!) && !/z zero/.test(t.rows.at(-1)!),
        );
        await t.press('z');
        await t.until('z is refused with the reason', /a wp fault takes no bytes/);
        await t.press('o');
        await t.until('o is refused', /only a minor fault can be continued/);
        await t.press('u');
        await t.until('u lifts it', new RegExp(`#${seq} unprotect: unprotect: 4096 bytes`));
      } else if (seq % 3 === 0) {
        await t.press('u');
        await t.until('u is refused', /only a write-protect fault can be unprotected/);
        await t.press('w');
        await t.until('w wakes', new RegExp(`#${seq} wake: wake`));
      } else if (seq % 3 === 1) {
        await t.press('z');
        await t.until('z fills', new RegExp(`#${seq} zero: zero: 4096 bytes`));
      } else {
        await t.press('d');
        await t.until('d asks', /delay: 50ms/);
        await t.press('ctrl-u');
        await t.type('nonsense');
        await t.until('a wrong time is refused as it is typed', /a time such as 50ms/);
        await t.press('ctrl-u');
        await t.type('10ms');
        await t.press('enter');
        await t.until('d delays', new RegExp(`#${seq} delay: delayed by 10 ms`));
      }
    }
    await t.press('a');
    await t.until('nothing waits any more', /this fault is not waiting any more/);
  });
});

test('A asks where several pages of somebody else would be touched; a answers one', async () => {
  await on(Terminal.dev(['--held', '3']), async (t) => {
    await t.ready();
    await t.press('A');
    await t.until('it asks', /Answer 3 held faults on 3 pages/);
    await t.press('n');
    await t.press('a');
    await t.until('one answered', /2 held/);
    await t.press('A', 'y');
    await t.until('all answered', /answer: 2 faults/);
    assert.match(await callsOf(t), /answer 31 \| answer 32,33/);
  });
});

test('ctrl-x releases everything, from the panes and from a prompt', async () => {
  await on(Terminal.dev(['--held', '3']), async (t) => {
    await t.ready();
    await t.press('ctrl-x');
    await t.until('released', /released 3 faults; nothing is held any more/);
    await t.until('no hold', () => !/HOLD ON|HELD \d/.test(t.text));
    assert.match(await callsOf(t), /\| release \|/);
  });
  await on(Terminal.dev(['--held', '3']), async (t) => {
    await t.ready();
    await t.press('/');
    await t.type('kind=');
    await t.press('ctrl-x');
    await t.until('released, the prompt closed', () => /released 3 faults/.test(t.text) && !/─ Filter ─/.test(t.text));
  });
});

test('i and I: hold by a filter, off, on again by the same one', async () => {
  await on(Terminal.dev(['--held', '0']), async (t) => {
    await t.ready();
    assert.match(t.text, /LOOKING/);
    await t.press('i');
    await t.until('a prompt', /hold: /);
    await t.type('rang=heap');
    await t.until('what is wrong stands under it', /\^\^\^\^/);
    await t.press('tab');
    await t.until('tab mends it', /hold: range=heap/);
    await t.until('and says what it would have held', /would have held \d+ of 30 faults/);
    await t.press('enter');
    await t.until('on', () => /ARMED/.test(t.text) && /\[i: range=heap\]/.test(t.text));
    await t.press('I');
    await t.until('off', () => /\[i: —\]/.test(t.text) || /no more faults are held/.test(t.text));
    await t.press('I');
    await t.until('on again', /holding: range=heap/);
    await t.press('i');
    await t.until('the last one stands there', /hold: range=heap/);
    await t.press('esc');
    assert.match(await callsOf(t), /hold range=heap \| unhold \| hold range=heap/);
  });
});

test('marks: space, v … v, M, U; verbs act on them', async () => {
  await on(Terminal.dev(['--held', '6']), async (t) => {
    await t.ready();
    await focusIs(t, 31);
    await t.press('space');
    await t.until('one marked, focus goes on', () => /1 marked/.test(t.text) && focused(t) === 32);
    await t.press('v', 'j', 'j', 'v');
    await t.until('four marked', /4 marked/);
    await t.press('M');
    await t.until('only they show', /4 shown of 36/);
    await t.press('w');
    await t.until('woken together', /wake: 4 faults/);
    await t.press('U');
    await t.until('nothing to unmark', /nothing is marked|36 shown of 36/);
    assert.match(await callsOf(t), /wake 31,32,33,34/);
  });
});

test('/ filters as it is typed; esc brings the previous one back; = and ! narrow by the cell', async () => {
  await on(Terminal.dev(['--past', '60', '--held', '0']), async (t) => {
    await t.ready();
    await t.press('/');
    await t.type('kind=wp');
    await t.until(
      'live',
      () => /─ (\d+) shown of 60/.test(t.text.replaceAll('·', '')) && !/60 shown of 60/.test(t.text),
    );
    await t.until('the count in the prompt', /\d+ of 60 faults/);
    await t.press('enter');
    await t.until('kept', /\[f: kind=wp\]/);
    await t.press('f');
    await t.type(' tid=1');
    await t.until('nothing fits', /0 shown of 60/);
    await t.press('esc');
    await t.until('the previous one', () => /\[f: kind=wp\]/.test(t.text) && !/ 0 shown of 60/.test(t.text));
    await t.press('esc');
    await t.until('none', /60 shown of 60/);
    await t.press('l', 'l', 'l', '=');
    await t.until('and-it: the column KIND', /filter: kind=/);
    await t.press('!');
    await t.until('and-not-it', /filter: (not|!)/);
  });
});

test('s and S sort and reverse by the column in focus', async () => {
  await on(Terminal.dev(['--past', '60', '--held', '0']), async (t) => {
    await t.ready();
    await t.press('S');
    await t.until('reversed', () => /#↓/.test(t.text));
    await t.press('S', 'right', 'right', 's');
    await t.until('by thread', /TID↑/);
    const tids = t.rows
      .map((row) => /││[▌ ] +\d+ +[\d.]+ (\d+) +(?:miss|wp|min)/.exec(row)?.[1])
      .filter((tid) => tid !== undefined);
    assert.deepEqual(tids, tids.toSorted());
    await t.press('s');
    await t.until('the order they came in', () => !/TID↑/.test(t.text));
  });
});

test('p freezes the view, not the target', async () => {
  await on(Terminal.dev(['--held', '0', '--rate', '500']), async (t) => {
    await t.ready();
    await t.press('p');
    await t.until('frozen', /FROZEN/);
    const shown = /FROZEN · ([\d,]+) shown of/.exec(t.text)?.[1];
    await pause(400);
    assert.equal(/FROZEN · ([\d,]+) shown of/.exec(t.text)?.[1], shown);
    assert.notEqual(/shown of ([\d,]+)/.exec(t.text)?.[1], shown, 'faults went on');
    await t.press('p');
    await t.until('goes on', () => !/FROZEN/.test(t.text));
  });
});

test('e: digits, text, undo, revert; enter keeps, V reverts, a answers with them', async () => {
  await on(Terminal.dev(['--held', '3']), async (t) => {
    await t.ready();
    await onlyMissing(t);
    const seq = focused(t);
    await t.press('e');
    await t.until('the editor', new RegExp(`Edit #${seq}`));
    await t.press('g');
    await t.type('deadbe');
    await t.until('typed', /de ad be/);
    await t.press('u', 'u');
    await t.until('one byte taken back', () => !/de ad be/.test(t.text) && /de ad/.test(t.text));
    await t.press('tab');
    await t.type('Z');
    await t.until('text', /de ad 5a/);
    await t.press('tab', 'V');
    await t.until('reverted', /unchanged/);
    await t.press('g');
    await t.type('cafe');
    await t.press('enter');
    await t.until('kept', /bytes kept; a answers with them/);
    await t.until('and shown as edited', () => /\* 000 .ca fe/.test(t.text) || /bytes edited by hand/.test(t.text));
    await t.press('V');
    await t.until('not edited', /not edited/);
    await t.press('e');
    await t.until('again', new RegExp(`Edit #${seq}`));
    await t.press('g');
    await t.type('f00d');
    await t.press('enter', 'a');
    await t.until('answered', new RegExp(`#${seq} answer: copy`));
    assert.match(
      await callsOf(t),
      new RegExp(`edit ${seq} cafe4c46 \\| edit ${seq} revert \\| edit ${seq} f00d4c46 \\| answer ${seq}`),
    );
  });
});

test('E in the editor: the bytes in $EDITOR, and back', async () => {
  const EDITOR = `sed -i 's/^00000000: 7f 45/00000000: aa bb/'`;
  await on(Terminal.dev(['--held', '3'], { env: { EDITOR, VISUAL: '' } }), async (t) => {
    await t.ready();
    await onlyMissing(t);
    await t.press('e');
    await t.until('the editor', /Edit #/);
    await t.press('E');
    await t.until('its change is taken', /2 bytes differ now/);
    assert.ok(t.alternate);
    await t.press('g');
    await t.until('shown', /aa bb 4c 46/);
  });
});

test('what is typed before the editor is there goes into the editor: no a answers by mistake', async () => {
  await on(Terminal.dev(['--held', '3']), async (t) => {
    await t.ready();
    await onlyMissing(t);
    t.send('egabadcafe'); // in one read, as a fast hand or a slow line brings it
    await t.until('typed into it', /ab ad ca fe/);
    await t.press('esc');
    assert.doesNotMatch(await callsOf(t), /answer|copy/);
  });
});

test('x: one menu, each harm shown before it is done; poison asks once a range', async () => {
  await on(Terminal.dev(['--held', '6']), async (t) => {
    await t.ready();
    await onlyMissing(t);
    await t.press('x');
    await t.until('the menu with a preview', () => /Harm #/.test(t.text) && /after: \d+ rows? differs?/.test(t.text));
    await t.press('f');
    await t.until('it asks for the byte', /byte: aa/);
    await t.press('enter');
    await t.until('given', /copy: copy: 4096 bytes/);
    await answered(t, 3);
    await t.press('x', 'p');
    await t.until('poison asks', /Poison 1 page in/);
    t.send('nxpy'); // at once, as from a slow line: each finds the dialog that the one before it opened
    await t.until('poisoned', /poison: poison/);
    assert.match(await callsOf(t), /copy \d+ \| poison \d+/);
  });
});

test('c: copy from a file, hex, a byte; :copy too', async () => {
  await on(Terminal.dev(['--held', '6']), async (t) => {
    await t.ready();
    await onlyMissing(t);
    await t.press('c');
    await t.until('the menu', /another page of the target/);
    await t.press('f');
    await t.type('package.js');
    await t.press('tab');
    await t.until('completed', /file: package.json/);
    await t.press('enter');
    await answered(t, 3);
    await t.press('c', 'h');
    await t.type('7f 45 4');
    await t.until('half a byte is refused', /bytes in hex/);
    await t.type('c');
    await t.press('enter');
    await answered(t, 2);
    await t.press(':');
    await t.type('copy pattern:aa');
    await t.press('enter');
    await answered(t, 1);
    assert.match(await callsOf(t), /copy 32 \| copy 33 \| copy 35/);
  });
});

test('ctrl-f n N: search in the bytes', async () => {
  await on(Terminal.dev(['--held', '3']), async (t) => {
    await t.ready();
    await t.press('ctrl-f');
    await t.type('page');
    await t.press('enter');
    await t.until('found', /040 +70 61 67 65/);
    await t.press('n', 'N');
    await t.press('ctrl-f');
    await t.type('"not there"');
    await t.press('enter');
    await t.until('not found', /not in these bytes/);
  });
});

test('y: OSC 52 carries what was chosen', async () => {
  await on(Terminal.dev(['--held', '3']), async (t) => {
    await t.ready();
    await t.press('y');
    await t.until('the menu', /command line/);
    await t.press('l');
    await t.until('said', /on the clipboard/);
    const sent = /\x1b\]52;c;([A-Za-z0-9+/=]+)\x07/.exec(t.raw)?.[1] ?? '';
    assert.equal(
      Buffer.from(sent, 'base64').toString(),
      'uffdscope attach 4012 --uffd 87723 --default hold --max-hold 30000ms',
    );
  });
});

test('? K O E : ctrl-p T H ctrl-l, and keys of what is to come', async () => {
  await on(Terminal.dev(['--held', '0']), async (t) => {
    await t.ready();
    await t.press('?');
    await t.until('help of this pane', /Help: Faults/);
    await t.press('q', 'K');
    await t.until('all keys', () => /─ Keys ─/.test(t.text) && /Moving/.test(t.text));
    await t.press('G');
    await t.until('scrolled', () => !/^.*Moving/m.test(t.text.replaceAll('Moving, ', '')));
    await t.press('esc', 'O');
    await t.until('options', /hint bar +on/);
    await t.press('h');
    await t.until('no hints', () => !/Q quit/.test(t.text));
    await t.press('H');
    await t.until('hints', /Q quit/);
    await t.press('E');
    await t.until('the log', /3 Events \[Log\]/);
    await t.press('T');
    await t.until('theme', /theme: truecolor/);
    assert.match(t.raw, /38;2;\d+/);
    await t.press('T', 'T', ':');
    await t.type('freeze');
    await t.until('its help', /Stop the view, not the target/);
    await t.press('enter');
    await t.until('done', /FROZEN/);
    await t.press('4', 'p', ':');
    await t.type('nonsense');
    await t.until('no such command', /no command nonsense/);
    await t.press('esc', ':', 'up');
    await t.until('history', /:freeze/);
    await t.press('esc', 'ctrl-p');
    await t.type('sort');
    await t.until('found', () => /> sort/.test(t.text) && /view.sort/.test(t.text));
    await t.press('esc');
    for (const [key, reason] of [
      ['t', /rule: comes with rules/],
      ['|', /script: comes with scripts/],
      ['R', /record: comes with recordings/],
      ['r', /re-arm: comes with planting/],
    ] as const) {
      await t.press(key);
      await t.until(`${key} says why not`, reason);
    }
    await t.press('2', 'K');
    await t.until('in Rules K moves a rule', /rule up: comes with rules/);
    const before = t.raw.length;
    await t.press('ctrl-l');
    await t.until('all is painted anew', () => t.raw.slice(before).includes('\x1b[2J'));
  });
});

test('L loads bytes to look at first; :save writes those shown', async () => {
  const { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } = await import('node:fs');
  const dir = mkdtempSync('/tmp/uffdscope-test-');
  try {
    writeFileSync(`${dir}/page.bin`, Buffer.alloc(4096, 'wxyz'));
    await on(Terminal.dev(['--held', '3']), async (t) => {
      await t.ready();
      await onlyMissing(t);
      await t.press('L');
      await t.type(`${dir}/page.bin`);
      await t.press('enter');
      await t.until('loaded and shown', () => /77 78 79 7a/.test(t.text) && /bytes kept/.test(t.text));
      await t.press(':');
      await t.type(`save ${dir}/out.bin`);
      await t.press('enter');
      await t.until('saved', /4096 bytes written/);
      assert.deepEqual(readFileSync(`${dir}/out.bin`), readFileSync(`${dir}/page.bin`));
      assert.equal(statSync(`${dir}/out.bin`).mode & 0o777, 0o600);
      await t.press(':', 'up', 'enter');
      await t.until('never over a file that is there', /cannot be written: EEXIST/);
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
});
