/** Keys of what comes with later parts: they stand in the table and say why they do nothing yet. */
import { no, on, PANES_ONLY, type Command, type Mode } from './command.js';

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
  later('page.rearm', 'r', PANES_ONLY, 're-arm', 'Make the page fault again.', PLANTING),
];
