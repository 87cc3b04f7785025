/** Keys of what comes with later parts: they stand in the table and say why they do nothing yet. */
import { no, on, PANES_ONLY, type Command, type Mode } from './command.js';

const SCRIPTS = 'scripts are loaded with --script FILE; they cannot be run by a key yet';
const PLANTING = 'comes with planting: here the page belongs to its handler';

function later(
  name: string,
  key: string,
  modes: readonly Mode[],
  title: string,
  help: string,
  reason: string,
): Command {
  return {
    name,
    bindings: on(modes, key),
    title,
    help: `${help} (${reason}.)`,
    group: 'Rules and scripts',
    enabled: () => no(`${title}: ${reason}`),
    run: () => undefined,
  };
}

export const LATER: readonly Command[] = [
  later('script.run', '|', PANES_ONLY, 'script', 'Run a script hook on the selection.', SCRIPTS),
  later('page.rearm', 'r', PANES_ONLY, 're-arm', 'Make the page fault again.', PLANTING),
];
