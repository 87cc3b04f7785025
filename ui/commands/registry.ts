/** All commands, once. */
import { ANSWERING } from './answering.js';
import { NOTHING_WAITS } from '../../native/session/recording/playback/nothing-waits.js';
import { no, OK, TAKES_PART, type Command } from './command.js';
import { IN_DIALOGS } from './in-dialogs.js';
import { LATER } from './later.js';
import { LOOKING } from './looking.js';
import { NAVIGATION } from './navigation.js';
import { RULES } from './rules.js';
import { SCRIPTS } from './scripts.js';
import { SESSION } from './session.js';
import { TIME } from './time.js';

export const COMMANDS: readonly Command[] = [
  ...NAVIGATION,
  ...ANSWERING,
  ...LOOKING,
  ...RULES,
  ...SCRIPTS,
  ...LATER,
  ...SESSION,
  ...TIME,
  ...IN_DIALOGS,
].map(onlyLive);

/** In a recording what takes part is greyed. */
function onlyLive(command: Command): Command {
  if (!TAKES_PART.has(command.group)) return command;
  const { enabled } = command;
  return { ...command, enabled: (app) => (app.watch?.player ? no(NOTHING_WAITS) : (enabled?.(app) ?? OK)) };
}
