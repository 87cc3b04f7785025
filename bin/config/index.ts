/** The configuration of this run: files over defaults, the folder's over the user's, and flags over all of it. */
import { nearest } from '../../native/session/filter/suggest.js';
import { safeText } from '../../native/session/safe-text.js';
import type { AttachWords } from '../attach-flags.js';
import { configFiles, type ConfigFile } from './files.js';
import type { Config } from './fields.js';
import { configError, lineOf, parseConfig } from './parse.js';

export type { Config } from './fields.js';

/** @param say hears of files that are not believed. @throws UffdscopeError CONFIG: a file that cannot be understood. */
export async function loadConfig(say: (line: string) => void, env: NodeJS.ProcessEnv = process.env): Promise<Config> {
  const read: Config[] = [];
  for (const file of configFiles(env)) {
    if (file.found.state === 'refused') say(`uffdscope: ${refusedText(file, file.found.why)}`);
    if (file.found.state !== 'read') continue;
    read.push(await checkConfig(file.found.text, file.name));
  }
  const [user = {}, folder = {}] = read;
  const keys = { ...user.keys, ...folder.keys };
  return { ...user, ...folder, ...(Object.keys(keys).length > 0 && { keys }) };
}

/**
 * The words of `attach` with what the files wish where nothing was said. A file alone never makes us take part: its
 * `default` is what a fault gets that `--hold` held, and the form of lines counts where there are lines.
 */
export function withConfig(words: AttachWords, config: Config): AttachWords {
  const { output, maxHold, granularity } = config;
  const holds = words.hold !== undefined && words.default === undefined && words.source === undefined;
  return {
    ...(output !== undefined && words.headless === true && { output }),
    ...(maxHold !== undefined && { maxHold }),
    ...(granularity !== undefined && { granularity }),
    ...(config.default !== undefined && holds && { default: config.default }),
    ...words,
  };
}

/** @throws UffdscopeError CONFIG. */
export async function checkConfig(text: string, name: string): Promise<Config> {
  const config = parseConfig(text, name);
  if (config.keys !== undefined) await checkKeys(text, name, config.keys);
  return config;
}

async function checkKeys(text: string, name: string, keys: NonNullable<Config['keys']>): Promise<void> {
  const [{ remap }, { COMMANDS }, { isScriptCommand }] = await Promise.all([
    import('../../ui/commands/keymap.js'),
    import('../../ui/commands/registry.js'),
    import('../../ui/commands/script-commands.js'),
  ]);
  const problems = remap(COMMANDS, keys).problems.map((problem) => problem.replace(/^keys: /, ''));
  if (problems.length === 0) return;
  const unknown = Object.keys(keys).find(
    (key) => !isScriptCommand(key) && !COMMANDS.some((command) => command.name === key),
  );
  const near = unknown === undefined ? null : nearest(unknown, COMMANDS.map((command) => command.name)); // prettier-ignore
  const hint = near === null ? 'Commands and their keys: docs/reference/keys.md' : `Did you mean ${near}?`;
  throw configError(name, lineOf(text, unknown ?? 'keys'), `has keys that cannot be: ${problems.join('; ')}`, hint);
}

export function refusedText(file: ConfigFile, why: string): string {
  return `${safeText(file.name)} is not read: ${why}.`;
}
