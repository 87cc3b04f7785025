/** Files of rules: one rule a line, `#` begins a comment, empty lines say nothing. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { UffdscopeError } from '../errors.js';
import { renderFilterError } from '../filter/index.js';
import { safeText } from '../safe-text.js';
import { checkRules, type RuleWarning } from './check-rules.js';
import { MAX_RULES, parseRule, TOO_MANY, type ParsedRule } from './parse-rule.js';

export interface FileRule extends ParsedRule {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

export interface RuleFile {
  readonly rules: readonly FileRule[];
  /** One sentence for each line that cannot be read, with a caret. */
  readonly errors: readonly { readonly line: number; readonly message: string }[];
  readonly warnings: readonly (RuleWarning & { readonly line: number })[];
}

/** The first mistakes of a file in one error, each with its line. */
export function rulesError(path: string, errors: RuleFile['errors']): UffdscopeError {
  const lines = errors.slice(0, MAX_TOLD).map(({ line, message }) => `${safeText(path)}:${line}: ${message}`);
  if (errors.length > MAX_TOLD) lines.push(`… and ${errors.length - MAX_TOLD} more lines that cannot be read.`);
  return new UffdscopeError('RULES', lines.join('\n'), 'See docs/reference/rules.md for every action.');
}

const MAX_BYTES = 1 << 20;
const MAX_TOLD = 20;

/** @throws UffdscopeError RULES: the file cannot be read as text. */
export function readRuleFile(path: string): RuleFile {
  return parseRules(readText(path));
}

export function parseRules(text: string): RuleFile {
  const rules: FileRule[] = [];
  const errors: { line: number; message: string }[] = [];
  const lines = text.split(/\r?\n/);
  lines.forEach((written, i) => {
    const rule = stripComment(written).trim();
    if (rule === '') return;
    if (rules.length === MAX_RULES) {
      if (errors.at(-1)?.message !== TOO_MANY) errors.push({ line: i + 1, message: TOO_MANY });
      return;
    }
    const parsed = parseRule(rule);
    if (parsed.ok) rules.push({ rule: parsed.rule, notes: parsed.notes, line: i + 1, text: rule });
    else errors.push({ line: i + 1, message: renderFilterError(rule, parsed.error) });
  });
  const label = (index: number): string => `the rule in line ${rules[index]!.line}`;
  const warnings = checkRules(
    rules.map((r) => r.rule),
    label,
  ).map((w) => ({ ...w, line: rules[w.index]!.line }));
  for (const [index, { notes, line }] of rules.entries())
    for (const message of notes) warnings.push({ index, line, message });
  return { rules, errors, warnings: warnings.toSorted((a, b) => a.line - b.line) };
}

/** A `#` that stands at the start or behind a space, outside quotes. */
function stripComment(line: string): string {
  let inQuotes = false;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '\\' && inQuotes) i++;
    else if (line[i] === '"') inQuotes = !inQuotes;
    else if (line[i] === '#' && !inQuotes && (i === 0 || /\s/.test(line[i - 1]!))) return line.slice(0, i);
  }
  return line;
}

function readText(path: string): string {
  let fd: number;
  try {
    // A FIFO without a writer would keep us here for good.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'an error';
    throw new UffdscopeError('RULES', `The rules ${safeText(path)} cannot be read (${why}).`, '', {}, { cause });
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile())
      throw new UffdscopeError('RULES', `${safeText(path)} is no regular file.`, 'Name a file of rules.');
    if (stat.size > MAX_BYTES)
      throw new UffdscopeError('RULES', `${safeText(path)} is larger than 1 MiB; these are hardly rules.`, '');
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(fd));
  } catch (cause) {
    if (cause instanceof UffdscopeError) throw cause;
    throw new UffdscopeError('RULES', `${safeText(path)} is not text in UTF-8.`, '', {}, { cause });
  } finally {
    closeSync(fd);
  }
}
