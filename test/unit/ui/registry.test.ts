/** The key map is one table: here is what it must hold, and that nothing in it collides. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOTHING_WAITS } from '../../../native/session/recording/playback/nothing-waits.js';
import { TAKES_PART, type Mode } from '../../../ui/commands/command.js';
import { Keymap, conflicts, remap } from '../../../ui/commands/keymap.js';
import { COMMANDS } from '../../../ui/commands/registry.js';
import type { App } from '../../../ui/faces.js';

const keymap = new Keymap(COMMANDS);

/** Every key that a person is promised, by what has the keys. */
const PROMISED: Partial<Record<Mode, Record<string, string>>> = {
  panes: {
    j: 'nav.down', down: 'nav.down', k: 'nav.up', up: 'nav.up',
    'ctrl-d': 'nav.page-down', pagedown: 'nav.page-down', 'ctrl-u': 'nav.page-up', pageup: 'nav.page-up',
    g: 'nav.top', home: 'nav.top', G: 'nav.bottom', end: 'nav.bottom',
    h: 'nav.left', left: 'nav.left', l: 'nav.right', right: 'nav.right',
    tab: 'pane.next', 'shift-tab': 'pane.previous',
    1: 'pane.ranges', 2: 'pane.rules', 3: 'pane.events', 4: 'pane.faults', 5: 'pane.detail',
    enter: 'nav.open', esc: 'nav.back', q: 'nav.leave',
    Q: 'quit', 'ctrl-c': 'quit', 'ctrl-x': 'panic.release',
    i: 'hold.set', I: 'hold.toggle', a: 'fault.answer', A: 'fault.answer-all',
    z: 'fault.zero', c: 'fault.copy', u: 'fault.unprotect', o: 'fault.continue', d: 'fault.delay',
    e: 'fault.edit', V: 'fault.revert', x: 'fault.harm', w: 'fault.wake',
    space: 'mark.toggle', v: 'mark.range', U: 'mark.clear', M: 'mark.only',
    '/': 'view.filter', f: 'view.filter', n: 'search.next', N: 'search.previous', 'ctrl-f': 'search.start',
    '=': 'view.only-cell', '!': 'view.not-cell', s: 'view.sort', S: 'view.reverse',
    F: 'view.follow', p: 'view.freeze', r: 'page.rearm', R: 'record.toggle', L: 'load', t: 'rule.from-focus',
    '|': 'script.run', ':': 'prompt', 'ctrl-p': 'palette', '?': 'help', K: 'keys', O: 'options', E: 'log',
    y: 'yank', '-': 'layout.cycle', '+': 'pane.zoom', _: 'pane.unzoom',
    T: 'theme.next', H: 'hints.toggle', 'ctrl-l': 'redraw', 'ctrl-z': 'suspend', '[': 'tab.previous', ']': 'tab.next',
  },
  rules: { space: 'rule.toggle', J: 'rule.down', K: 'rule.up', e: 'rule.edit', D: 'rule.delete', t: 'rule.from-focus', i: 'hold.set' },
  typing: { 'ctrl-x': 'panic.release', 'ctrl-c': 'quit', enter: 'dialog.accept', esc: 'dialog.close', tab: 'line.complete', up: 'line.older', down: 'line.newer' },
  hex: { 'ctrl-x': 'panic.release', 'ctrl-c': 'quit', enter: 'dialog.accept', esc: 'dialog.close', E: 'hex.external', V: 'hex.revert', tab: 'hex.side' },
  question: { 'ctrl-x': 'panic.release', y: 'dialog.accept', n: 'dialog.close' },
  list: { 'ctrl-x': 'panic.release', enter: 'dialog.accept', esc: 'nav.back', q: 'nav.leave', j: 'nav.down', k: 'nav.up' },
  picker: { enter: 'picker.watch', a: 'picker.attach', '/': 'picker.filter', q: 'nav.leave', Q: 'quit', 'ctrl-c': 'quit' },
}; // prettier-ignore

for (const [mode, keys] of Object.entries(PROMISED)) {
  test(`in ${mode} each promised key has its command`, () => {
    for (const [key, name] of Object.entries(keys)) assert.equal(keymap.find(key, mode as Mode)?.name, name, key);
  });
}

test('no key means two things in one mode, and no name stands twice', () => {
  assert.deepEqual(conflicts(COMMANDS), []);
  assert.equal(new Set(COMMANDS.map(({ name }) => name)).size, COMMANDS.length);
});

test('where text is typed no plain character is a command', () => {
  for (const { name, bindings } of COMMANDS) {
    for (const { key, modes } of bindings) {
      if (modes.includes('typing')) assert.ok(key.length > 1, `${name} would eat ${key}`);
    }
  }
});

test('the panic key works in every mode, and quit too', () => {
  for (const mode of ['panes', 'rules', 'scripts', 'picker', 'list', 'question', 'typing', 'hex'] as const) {
    assert.equal(keymap.find('ctrl-x', mode)?.name, 'panic.release', mode);
    assert.equal(keymap.find('ctrl-c', mode)?.name, 'quit', mode);
  }
});

test('enter answers no question', () => {
  assert.equal(keymap.find('enter', 'question'), null);
});

test('no key beside ctrl-x on the keyboard does harm at once', () => {
  const harmful = new Set(['fault.harm', 'fault.wake', 'panic.release']);
  for (const key of ['ctrl-z', 'ctrl-c', 'ctrl-d', 'ctrl-s']) {
    const command = keymap.find(key, 'panes');
    assert.ok(!command || !harmful.has(command.name), key);
  }
});

test('a configuration gives a command other keys', () => {
  const { commands, problems } = remap(COMMANDS, { 'fault.zero': 'Z', 'hold.set': ['f2', 'i'] });
  assert.deepEqual(problems, []);
  const changed = new Keymap(commands);
  assert.equal(changed.find('Z', 'panes')?.name, 'fault.zero');
  assert.equal(changed.find('z', 'panes'), null);
  assert.equal(changed.find('f2', 'panes')?.name, 'hold.set');
});

test('what a configuration cannot have is said in a sentence', () => {
  assert.deepEqual(remap(COMMANDS, { 'fault.zeroo': 'Z' }).problems, ['keys: there is no command fault.zeroo']);
  const bound = remap(COMMANDS, { 'script.slow-disk.drop': 'f5' });
  assert.deepEqual(bound.problems, [], 'a script may bring it later');
  assert.equal(new Keymap(bound.commands).find('f5', 'scripts')?.name, 'script.slow-disk.drop');
  assert.match(remap(COMMANDS, { 'script.a.b': 'a' }).problems.join(), /a is both/);
  assert.match(remap(COMMANDS, { 'fault.zero': 'a' }).problems.join(), /a is both .*fault\.(zero|answer)/);
  assert.deepEqual(remap(COMMANDS, { 'panic.release': [] }).problems, ['keys: panic.release must keep a key']);
});

test('help is one sentence that ends', () => {
  for (const { name, help } of COMMANDS) assert.match(help, /^[A-Z$].*[.)]$/s, name);
});

test('in a recording all that takes part is greyed, with one reason, and nothing else for it', () => {
  const inRecording = { watch: { player: {} } } as unknown as App;
  const taking = COMMANDS.filter(({ group }) => TAKES_PART.has(group));
  for (const name of ['fault.zero', 'hold.set', 'record.toggle', 'rule.add', 'load', 'redrive'])
    assert.ok(
      taking.some((command) => command.name === name),
      name,
    );
  for (const { name, enabled } of taking)
    assert.deepEqual(enabled?.(inRecording), { ok: false, reason: NOTHING_WAITS }, name);
  assert.equal(keymap.find('p', 'recording')?.name, 'time.play');
  assert.equal(keymap.find('/', 'recording')?.name, 'view.filter');
  assert.equal(keymap.find('.', 'panes'), null);
});
