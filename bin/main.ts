/** From the words of the command line to an exit status. */
import { CommanderError, type Command } from 'commander';
import { UffdscopeError } from '../native/session/errors.js';
import { version } from '../native/session/version.js';
import { loadConfig, type Config } from './config/index.js';
import type { Context } from './context.js';
import { decideColor } from './output/color.js';
import { describeFailure, exitStatusOf } from './output/exit.js';
import { Sink } from './output/sink.js';
import { buildProgram, type GlobalWords, type Run } from './program.js';

/** Runs one command and ends the process. */
export async function main(words: readonly string[]): Promise<void> {
  const out = new Sink(1);
  const debug = words.includes('--debug');
  process.stderr.on('error', () => {}); // nobody listens to our talk; the status still tells
  process.once('uncaughtException', (error) => {
    // No stack trace reaches a user. Whatever we took part in, the keeper hands back.
    process.stderr.write(describeFailure(error, debug));
    process.exit(1);
  });
  let status = 0;
  try {
    await runWords(words, out);
    await out.flush();
  } catch (error) {
    status = exitStatusOf(error);
    await out.flush().catch(() => {}); // what was said before the failure still counts; the failure is told below
    process.stderr.write(describeFailure(error, debug));
  }
  // Not by exitCode: a thread of the core or an open terminal would keep us here.
  process.exit(status);
}

async function runWords(words: readonly string[], out: Sink): Promise<void> {
  let run: Run | null = null;
  const program = buildProgram(version, (chosen) => (run = chosen));
  quieten(program, out);
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return; // help and version are on stdout already
    throw usageError(error, program);
  }
  if (run === null) return;
  // These two must work where a file is broken: one of them says so.
  const without = ['doctor', 'completion'].includes(program.args[0] ?? '');
  const config = without ? {} : await loadConfig(say);
  await (run as Run)(contextOf(program.opts<GlobalWords>(), config, out));
}

/** commander throws instead of exiting, and its words go through our sink. */
function quieten(program: Command, out: Sink): void {
  program
    .exitOverride()
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: () => {}, outputError: () => {} });
  for (const command of program.commands) quieten(command, out);
}

/** "error: unknown option '--jsn'\n(Did you mean --json?)" in our form. */
function usageError(error: CommanderError, program: Command): UffdscopeError {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const sentence = first.charAt(0).toUpperCase() + first.slice(1).replace(/\.$/, '');
  const near = /^\(Did you mean (.*)\?\)$/.exec(rest.join(' '));
  const named = program.args[0];
  const command = program.commands.find((one) => one.name() === named);
  if (error.code === 'commander.help' && command !== undefined) {
    const parts = command.commands.map((part) => part.name()).join(', ');
    return new UffdscopeError(
      'USAGE',
      `${command.name()} needs to know what: ${parts}.`,
      `See: uffdscope ${command.name()} --help`,
    );
  }
  const help = `See: uffdscope ${command === undefined ? '' : `${command.name()} `}--help`;
  return new UffdscopeError('USAGE', `${sentence}.`, near === null ? help : `Did you mean ${near[1]!}?`);
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

function contextOf({ debug = false, color: flag }: GlobalWords, config: Config, out: Sink): Context {
  const color = flag ?? { always: true, never: false, auto: undefined }[config.color ?? 'auto'];
  const level = (isTerminal: boolean) => decideColor({ flag: color, env: process.env, isTerminal });
  return {
    out,
    say,
    config,
    color: { out: level(process.stdout.isTTY === true), err: level(process.stderr.isTTY === true) },
    colorFlag: color,
    debug,
    width: process.stdout.isTTY ? process.stdout.columns : null,
  };
}
