/** The tree of commands. Only flags stand here; what a command does is loaded when it runs. */
import { Command, Option } from 'commander';
import {
  addAnswerFlags,
  addAttachFlags,
  addHeadlessFlags,
  addScreenFlags,
  addTargetFlags,
  type AttachWords,
} from './attach-flags.js';
import type { Context } from './context.js';
import { EVENT_FORMATS, type EventFormat } from './output/event-lines.js';
import { addRecordFlags, addRecordingFlags } from './record-flags.js';
import type { ScreenWords } from './screen.js';

/** What was asked for, once the words are understood. */
export type Run = (context: Context) => Promise<void>;

export const EXPORTS = ['jsonl', 'csv', 'perfetto'] as const;
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export interface GlobalWords {
  readonly debug?: boolean;
  readonly color?: boolean;
}

/** `chosen` hears which command was meant; nothing has run then. */
export function buildProgram(version: string, chosen: (run: Run) => void): Command {
  const program = new Command('uffdscope')
    .description('A debugger for userfaultfd: see every page fault that a handler owes an answer, hold it, answer it.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .option('--debug', 'on failure, say where in the program')
    .option('--color', 'colour, also where stdout is no terminal')
    .addOption(new Option('--no-color', 'no colour').default(undefined))
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .argument('[command]')
    .usage('[options] [command]')
    .allowExcessArguments(true)
    .action((word: string | undefined) => {
      chosen(async (context) => {
        if (word !== undefined) throw await unknownCommand(program, word);
        await (await import('./commands/picker.js')).picker({ mouse: true }, context);
      });
    });

  const ps = program
    .command('ps')
    .description('every userfaultfd on the machine: holders, targets, ranges, waiting faults')
    .option('--json', 'one JSON document instead of a table')
    .addOption(new Option('--by <what>', 'group them').choices(['feature']));
  ps.action((words: { json?: boolean; by?: 'feature' }) =>
    chosen(async (context) => (await import('./commands/ps.js')).ps(words, context)),
  );

  const attach = program
    .command('attach')
    .description('take part in a userfaultfd, live: see, hold and answer its faults')
    .argument('<pid>', 'the process whose memory it serves');
  addScreenFlags(addAttachFlags(attach)).action((pid: string, words: AttachWords) =>
    chosen(async (context) => (await import('./commands/attach.js')).attach(pid, words, context)),
  );

  const demo = program
    .command('demo')
    .description('start a small program whose faults nobody answers, and attach to it; needs no root')
    .argument('[target]', 'which of the bundled targets (demo)')
    .option('--list', 'name the bundled targets');
  addScreenFlags(addHeadlessFlags(demo)).action((target: string | undefined, words: AttachWords & { list?: boolean }) =>
    chosen(async (context) => (await import('./commands/demo.js')).demo(target, words, context)),
  );

  const record = program
    .command('record')
    .description('take part in a userfaultfd and write down everything that happens')
    .argument('<pid>', 'the process whose memory it serves')
    .requiredOption('-o, --output <file>', 'the recording; its name ends in .uffdrec by custom');
  addTargetFlags(addRecordingFlags(addAnswerFlags(record))).action(
    (pid: string, words: Omit<AttachWords, 'output'> & { output: string }) =>
      chosen(async (context) => (await import('./commands/record.js')).record(pid, words, context)),
  );

  const show = program
    .command('show')
    .description('a recording on the screen, at any moment of its time')
    .argument('<file>', 'a recording')
    .option('--headless', 'no screen: one line an event on stdout')
    .addOption(new Option('-o, --output <format>', 'with --headless: form of the lines (text)').choices(EVENT_FORMATS));
  addScreenFlags(show).action((file: string, words: ScreenWords & { headless?: boolean; output?: EventFormat }) =>
    chosen(async (context) => (await import('./commands/show.js')).showRecording(file, words, context)),
  );

  const replay = program
    .command('replay')
    .description('answer the faults of a new run as a recording says')
    .argument('<file>', 'a recording')
    .argument('<pid>', 'the process of the new run')
    .addOption(new Option('-o, --output <format>', 'form of the lines (text)').choices(EVENT_FORMATS));
  addRecordFlags(addTargetFlags(addAnswerFlags(replay))).action((file: string, pid: string, words: AttachWords) =>
    chosen(async (context) => (await import('./commands/replay.js')).replay(file, pid, words, context)),
  );

  program
    .command('export')
    .description('a recording in the form of another program')
    .argument('<file>', 'a recording')
    .addOption(
      new Option('--to <form>', 'perfetto: a trace for ui.perfetto.dev').choices(EXPORTS).makeOptionMandatory(),
    )
    .option('-o, --output <file>', 'where to (stdout)')
    .action((file: string, words: { to: (typeof EXPORTS)[number]; output?: string }) =>
      chosen(async (context) => (await import('./commands/show.js')).exportTo(file, words, context)),
    );

  const doctor = program
    .command('doctor')
    .description('what this kernel and this user can do, and the one line that would give the rest')
    .option('--json', 'one JSON document instead of a table');
  doctor.action((words: { json?: boolean }) =>
    chosen(async (context) => (await import('./commands/doctor.js')).doctor(words, context)),
  );

  const rules = program.command('rules').description('rules: what is done to which faults');
  rules
    .command('check')
    .description('read a file of rules and say what is wrong or odd, line by line')
    .argument('<file>', 'one rule a line; # begins a comment')
    .option('--json', 'one JSON document instead of text')
    .action((file: string, words: { json?: boolean }) =>
      chosen(async (context) => (await import('./commands/rules.js')).checkRuleFile(file, words, context)),
    );

  const completion = program.command('completion').description('print the completion script of a shell');
  completion
    .argument('<shell>', SHELLS.join(', '))
    .action((shell: string) =>
      chosen(async (context) => (await import('./commands/completion.js')).completion(program, shell, context)),
    );
  for (const command of program.commands) command.allowExcessArguments(false);
  return program;
}

async function unknownCommand(program: Command, word: string): Promise<Error> {
  const [{ nearest }, { usage, quoted }] = await Promise.all([
    import('../native/session/filter/suggest.js'),
    import('./flags.js'),
  ]);
  const names = program.commands.map((command) => command.name());
  const near = nearest(word, names);
  if (near !== null) return usage(`There is no command ${quoted(word)}`, `Did you mean ${near}?`);
  if (/^[0-9]+$/.test(word))
    return usage(`There is no command ${quoted(word)}`, `To attach to that process: uffdscope attach ${word}`);
  return usage(`There is no command ${quoted(word)}`, `There are ${names.join(', ')}.`);
}
