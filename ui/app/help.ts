/** ? and K: generated from the registry, never written by hand. */
import type { App, Command } from '../faces.js';
import { fallsBack, GROUPS, TAKES_PART, type Mode } from '../commands/modes.js';
import { verdictOf } from '../commands/hints.js';
import { PANE_NAMES } from '../views/panes.js';
import { wrapWords } from '../screen/cells.js';
import { TextDialog, type TextLine } from '../views/text-dialog.js';

const ABOUT: Readonly<Record<number, string>> = {
  1: 'The spans of memory that are registered with this userfaultfd, and a map of the one in focus. Enter shows its faults.',
  2: 'What answers a fault, in the order in which it is asked: the hold, your rules, the default. t makes a rule from the fault in focus, :rule takes one by hand; the first that matches and acts wins. HITS counts what a rule acted on, and of how many.',
  3: 'What happened to the target: forks, remaps, removed and unmapped memory; and, in the Log tab, what was done here.',
  4: 'Every page fault that was read, newest last. HELD ones wait for you. Verbs act on the marked faults, or on the one in focus.',
  5: 'The fault in focus: who raised it, what an answer would give, the page as it is, other faults of its thread and page.',
};

const IN_RECORDING =
  'A recording: everything stands as it stood at the moment above the panes. Nothing waits for an answer any more.';
const ABOUT_SCRIPTS =
  'The scripts, in the order in which they are asked. P50 is how long half of the answers of one took, LATE how often its deadline passed and the default answered. Saving its file loads it again. What it logs stands below it and in the Log tab of Events.';

const WIDTH = 78;
const KEY_CELLS = 18;

export function showHelp(app: App): void {
  const { mode } = app;
  const pane = app.state.focus;
  const inPicker = mode === 'picker';
  const about = inPicker
    ? 'Processes, those with a userfaultfd first. Attaching only looks until you hold or answer something.'
    : mode === 'scripts'
      ? ABOUT_SCRIPTS
      : ABOUT[pane]!;
  const recorded = mode === 'recording';
  const lines: TextLine[] = recorded ? [about, '', IN_RECORDING, ''] : [about, ''];
  const reached = app.keymap.commands.filter(
    (command) => reachable(command, mode) && command.group !== 'Moving' && !(recorded && TAKES_PART.has(command.group)),
  );
  // What the pane is for comes first; how to leave it is known soon.
  const here = [
    ...reached.filter(({ group }) => group === 'Time'),
    ...reached.filter(({ group }) => group !== 'Panes' && group !== 'Time'),
    ...reached.filter(({ group }) => group === 'Panes'),
  ];
  lines.push(...commandLines(app, here), '', 'K shows every key; ctrl-p finds a command by a few letters.');
  app.overlays.open(new TextDialog(app, inPicker ? 'Help: processes' : `Help: ${PANE_NAMES[pane]}`, lines, WIDTH));
}

export function showKeys(app: App): void {
  const lines: TextLine[] = [];
  for (const group of GROUPS) {
    const commands = app.keymap.commands.filter((command) => command.group === group && command.bindings.length > 0);
    if (group === 'Time' && !app.watch?.player) continue;
    if (commands.length > 0) lines.push([[group, 'title']], ...commandLines(app, commands), '');
  }
  app.overlays.open(new TextDialog(app, 'Keys', lines, WIDTH));
}

function reachable(command: Command, mode: Mode): boolean {
  return command.bindings.some(({ modes }) => modes.includes(mode) || (fallsBack(mode) && modes.includes('panes')));
}

function commandLines(app: App, commands: readonly Command[]): TextLine[] {
  return commands.flatMap((command): TextLine[] => {
    const verdict = verdictOf(app, command);
    const keys = app.keymap.keysOf(command.name).join(' ');
    const rows = wrapWords(command.help, WIDTH - KEY_CELLS - 4);
    const why: TextLine[] = verdict.ok
      ? []
      : [
          [
            [' '.repeat(KEY_CELLS + 1), 'plain'],
            [`not now: ${verdict.reason}`, 'off'],
          ],
        ];
    return [
      ...rows.map((row, i): TextLine => [
        [` ${(i === 0 ? keys : '').padEnd(KEY_CELLS)}`, verdict.ok ? 'key' : 'off'],
        [row, verdict.ok ? 'plain' : 'off'],
      ]),
      ...why,
    ];
  });
}
