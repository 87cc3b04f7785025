/** All commands, once. */
import { ANSWERING } from './answering.js';
import type { Command } from './command.js';
import { IN_DIALOGS } from './in-dialogs.js';
import { LATER } from './later.js';
import { LOOKING } from './looking.js';
import { NAVIGATION } from './navigation.js';
import { RULES } from './rules.js';
import { SESSION } from './session.js';

export const COMMANDS: readonly Command[] = [
  ...NAVIGATION,
  ...ANSWERING,
  ...LOOKING,
  ...RULES,
  ...LATER,
  ...SESSION,
  ...IN_DIALOGS,
];
