/** The one place that turns a failure into words and a status. */
import { UffdscopeError } from '../../native/session/errors.js';
import { safeText } from '../../native/session/safe-text.js';

/** Lines for stderr: the sentence, what to do, and with --debug where it happened. */
export function describeFailure(error: unknown, debug: boolean): string {
  const known = error instanceof UffdscopeError ? error : unexpected(error);
  const lines = known.message.split('\n').map((line, index) => (index === 0 ? `uffdscope: ${line}` : line));
  if (known.hint) lines.push(...known.hint.split('\n').map((line) => `  ${line}`));
  if (debug) lines.push(...stackOf(error));
  return `${lines.map(safeText).join('\n')}\n`;
}

export function exitStatusOf(error: unknown): number {
  return error instanceof UffdscopeError ? error.exit : 1;
}

function unexpected(error: unknown): UffdscopeError {
  const message = error instanceof Error ? error.message : String(error);
  return new UffdscopeError(
    'INTERNAL',
    message.split('\n')[0] || 'Something failed.',
    'With --debug it says where.',
    {},
    { cause: error },
  );
}

function stackOf(error: unknown): string[] {
  const lines: string[] = [];
  const seen = new Set<unknown>();
  for (let at = error; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    if (at instanceof UffdscopeError && Object.keys(at.facts).length > 0)
      lines.push(`  facts: ${JSON.stringify(at.facts)}`);
    lines.push(...(at.stack ?? at.message).split('\n').map((line) => `  ${line}`));
  }
  return lines;
}
