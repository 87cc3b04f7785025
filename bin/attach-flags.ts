/** `attach`: its flags, and what they ask for together. */
import { Option, type Command } from 'commander';
import type { AttachOptions, MetricsAddress } from '../native/session/index.js';
import type { DefaultAnswer } from '../native/session/types.js';
import { GRANULARITIES, parseCount, parseDuration, parseGranularity, usage } from './flags.js';
import { addRecordFlags, recordOptions, type RecordWords } from './record-flags.js';
import { addVerdictFlags, planVerdicts, type VerdictPlan, type VerdictWords } from './verdict-flags.js';
import { EVENT_FORMATS, type EventFormat } from './output/event-lines.js';

export const DEFAULT_ANSWERS = ['hold', 'zero', 'source', 'pass', 'wake', 'poison'] as const satisfies DefaultAnswer[];
export const THEMES = ['ansi', 'truecolor'] as const;

/** As commander gives them: words, not yet believed. */
export interface AttachWords extends RecordWords, VerdictWords {
  readonly headless?: boolean;
  readonly metrics?: string;
  readonly output?: EventFormat;
  readonly uffd?: string;
  readonly fd?: string;
  readonly via?: string;
  readonly default?: DefaultAnswer;
  readonly source?: string;
  readonly maxHold?: string;
  readonly granularity?: string;
  readonly hold?: string | true;
  readonly rule?: readonly string[];
  readonly rules?: readonly string[];
  readonly seed?: string;
  readonly script?: readonly string[];
  readonly scriptDeadline?: string;
  readonly filter?: string;
  readonly duration?: string;
  readonly compete?: boolean;
  readonly ownEvents?: boolean;
  readonly redrive?: boolean;
  readonly mouse: boolean;
  readonly ascii?: boolean;
  readonly theme?: (typeof THEMES)[number];
}

/** What is to be done: take part, and show it on a screen or as lines. */
export interface AttachPlan {
  readonly attach: AttachOptions;
  /** Filter of what to show, or null. */
  readonly filter: string | null;
  readonly verdicts: VerdictPlan;
  /** Where to serve metrics, or null. */
  readonly metricsAt: MetricsAddress | null;
  /** ns after which to leave, or null. */
  readonly duration: number | null;
  readonly show:
    | { readonly as: 'lines'; readonly format: EventFormat }
    | {
        readonly as: 'screen';
        readonly mouse: boolean;
        readonly ascii: boolean | undefined;
        readonly theme: (typeof THEMES)[number] | undefined;
      };
}

/** What `demo --headless` takes too. */
export function addHeadlessFlags(command: Command): Command {
  command
    .option('--headless', 'no screen: one line an event on stdout')
    .addOption(new Option('-o, --output <format>', 'with --headless: form of the lines (text)').choices(EVENT_FORMATS));
  addAnswerFlags(command)
    .option('--filter <filter>', 'show only faults that it takes')
    .option('--metrics <address>', 'serve metrics for Prometheus there: :9180 (this machine alone), or ADDRESS:PORT');
  return addRecordFlags(command);
}

/** Who answers, and how. */
export function addAnswerFlags(command: Command): Command {
  command
    .addOption(new Option('--default <answer>', 'what a fault gets that nothing else takes').choices(DEFAULT_ANSWERS))
    .option(
      '--source <what>',
      'bytes to answer with: FILE[@OFFSET], zero, pattern:HH, hex:HHHH…; implies --default source',
    )
    .option('--hold [filter]', 'hold what the filter takes, or everything, from the start')
    .option('--max-hold <time>', 'answer a held fault by the default after this time')
    .addOption(new Option('--granularity <size>', 'bytes that one answer fills').choices(Object.keys(GRANULARITIES)))
    .option('--rule <rule>', 'FILTER: ACTION, as in range=heap: delay=5ms; may be given again', collect)
    .option('--rules <file>', 'a file of rules, one a line, behind those of --rule; may be given again', collect)
    .option('--script <file>', 'a script (.ts, .js, .mjs) that answers faults; may be given again', collect)
    .option('--script-deadline <time>', 'when the default answers in place of a script (1s)')
    .option('--seed <n>', 'what random draws of rules hang on; the same seed decides the same')
    .option('--duration <time>', 'leave after this time');
  return addVerdictFlags(command);
}

export function addAttachFlags(command: Command): Command {
  return addTargetFlags(addHeadlessFlags(command));
}

/** Which userfaultfd, and how it is taken part in. */
export function addTargetFlags(command: Command): Command {
  return command
    .option('--uffd <ino>', 'which userfaultfd, by the inode number that ps shows')
    .option('--fd <n>', 'which userfaultfd, by its descriptor number')
    .option('--via <pid>', 'the process that holds it for the target')
    .option('--compete', 'read beside a handler that cannot be stopped: it may see EAGAIN and take it badly')
    .option('--own-events', 'take fork, remap, remove and unmap messages although a handler lives')
    .option('--redrive', 'let faults that a handler has read and not answered come again, to us');
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export function addScreenFlags(command: Command): Command {
  return command
    .option('--no-mouse', 'leave the mouse to the terminal')
    .option('--ascii', 'draw with ASCII only')
    .addOption(new Option('--theme <name>', 'colours of the screen').choices(THEMES));
}

/** @throws UffdscopeError USAGE, FILTER, SOURCE: the flags contradict each other or cannot be understood. */
export async function planAttach(pid: number, words: AttachWords): Promise<AttachPlan> {
  const { headless = false } = words;
  if (words.uffd !== undefined && words.fd !== undefined) {
    throw usage('--uffd and --fd both name the userfaultfd', 'One of them is enough.');
  }
  if (words.output !== undefined && !headless) {
    throw usage('-o is for --headless: a screen has no lines', 'Add --headless, or leave out -o.');
  }
  if (words.default === 'source' && words.source === undefined) {
    throw usage(
      '--default source needs to know the source',
      'Add --source FILE[@OFFSET], zero, pattern:HH or hex:HHHH….',
    );
  }
  const hold = words.hold === undefined ? null : words.hold === true ? '' : words.hold;
  const answered = words.script !== undefined && hold === null; // a script may answer what is held by default
  if (headless && (words.default === 'hold' || hold !== null) && words.maxHold === undefined && !answered) {
    throw usage(
      `--headless with ${words.default === 'hold' ? '--default hold' : '--hold'} would hold for ever: nobody could answer`,
      'Add --max-hold TIME, or take another default.',
    );
  }
  if (headless && hold !== null && (words.default === 'hold' || words.default === undefined) && !words.source) {
    throw usage(
      'After --max-hold a held fault gets the default, and the default is to hold',
      'Add --default zero, pass, wake or poison, or a --source.',
    );
  }
  await checkFilters(hold, words.filter ?? null);
  const rules = await readRules(words);
  const scripts = await checkScripts(words);
  if (headless && words.maxHold === undefined) await refuseEndlessHold(rules);
  const named =
    words.default !== undefined ||
    words.source !== undefined ||
    hold !== null ||
    rules.length > 0 ||
    scripts.length > 0;
  return {
    attach: {
      ...(await attachOptions(pid, words, hold, headless && named)),
      ...(rules.length > 0 && { rules }),
      ...scriptOptions(scripts, words),
    },
    verdicts: await planVerdicts(words, headless),
    metricsAt: words.metrics === undefined ? null : await readMetricsAddress(words.metrics),
    filter: words.filter ?? null,
    duration: words.duration === undefined ? null : parseDuration(words.duration, '--duration'),
    show: headless
      ? { as: 'lines', format: words.output ?? 'text' }
      : { as: 'screen', mouse: words.mouse, ascii: words.ascii, theme: words.theme },
  };
}

/** `hold`: '' is everything, null is nothing. */
async function attachOptions(
  pid: number,
  words: AttachWords,
  hold: string | null,
  armed: boolean,
): Promise<AttachOptions> {
  const { parseSource } = await import('../native/session/source-text.js');
  const { parsePid } = await import('../native/session/discover/target.js');
  return {
    pid,
    armed,
    ...(hold !== null && { hold: hold === '' ? null : hold }),
    ...(words.uffd !== undefined && { uffd: { ino: parseCount(words.uffd, '--uffd') } }),
    ...(words.fd !== undefined && { uffd: { fd: parseCount(words.fd, '--fd') } }),
    ...(words.via !== undefined && { via: parsePid(words.via, 'pid for --via') }),
    ...(words.default !== undefined && { defaultAnswer: words.default }),
    ...(words.source !== undefined && { source: parseSource(words.source) }),
    ...(words.maxHold !== undefined && { maxHold: parseDuration(words.maxHold, '--max-hold') / 1e6 }),
    ...(words.granularity !== undefined && { granularity: parseGranularity(words.granularity) }),
    ...(words.compete === true && { compete: true }),
    ...(words.ownEvents === true && { ownEvents: true }),
    ...(words.redrive === true && { redrive: true }),
    ...recordOptions(words),
    ...(words.seed !== undefined && { seed: parseCount(words.seed, '--seed') }),
    ...(words.headless === true && !armed && { lookOnly: true }),
  };
}

async function readMetricsAddress(text: string): Promise<MetricsAddress> {
  const { parseMetricsAddress } = await import('../native/session/metrics/index.js');
  return parseMetricsAddress(text);
}

/** Before anything is touched. @throws UffdscopeError SCRIPT: there is no such file. */
async function checkScripts(words: AttachWords): Promise<readonly string[]> {
  if (words.script === undefined) {
    if (words.scriptDeadline !== undefined) throw usage('--script-deadline is for --script', 'Add --script FILE.');
    return [];
  }
  const { checkScriptFile } = await import('../native/session/script/script-file.js');
  return words.script.map(checkScriptFile);
}

function scriptOptions(scripts: readonly string[], words: AttachWords): Partial<AttachOptions> {
  if (scripts.length === 0) return {};
  const deadline = words.scriptDeadline;
  return {
    scripts,
    ...(deadline !== undefined && { scriptDeadline: parseDuration(deadline, '--script-deadline') / 1e6 }),
  };
}

/** Those of --rule first, then the files. @throws UffdscopeError RULES: which, where, why. */
async function readRules(words: AttachWords): Promise<string[]> {
  const rules = [...(words.rule ?? [])];
  if (words.rules === undefined && rules.length === 0) return [];
  const { parseRule, readRuleFile, rulesError, toRulesError } = await import('../native/session/rules/index.js');
  for (const text of rules) {
    const parsed = parseRule(text);
    if (!parsed.ok) throw toRulesError(text, parsed.error);
  }
  for (const path of words.rules ?? []) {
    const file = readRuleFile(path);
    if (file.errors.length > 0) throw rulesError(path, file.errors);
    rules.push(...file.rules.map((rule) => rule.text));
  }
  return rules;
}

async function refuseEndlessHold(rules: readonly string[]): Promise<void> {
  if (rules.length === 0) return;
  const { parseRule } = await import('../native/session/rules/index.js');
  for (const text of rules) {
    const parsed = parseRule(text);
    if (!parsed.ok || parsed.rule.terminal?.action !== 'hold') continue;
    throw usage(
      '--headless with a rule that holds would hold for ever: nobody could answer',
      'Add --max-hold TIME, or let the rule delay or pass.',
    );
  }
}

async function checkFilters(hold: string | null, view: string | null): Promise<void> {
  if (!hold && view === null) return;
  const { compileHold, compileView, toUffdscopeError } = await import('../native/session/filter/index.js');
  for (const [text, compiled] of [
    [hold, hold ? compileHold(hold) : null],
    [view, view === null ? null : compileView(view)],
  ] as const) {
    if (text !== null && compiled !== null && !compiled.ok) throw toUffdscopeError(text, compiled.error);
  }
}
