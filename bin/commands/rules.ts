/** `rules check FILE`: what is wrong or odd in a file of rules, line by line. */
import { UffdscopeError } from '../../native/session/errors.js';
import { formatRule, readRuleFile, rulesError, type RuleFile } from '../../native/session/rules/index.js';
import { safeText } from '../../native/session/safe-text.js';
import type { Context } from '../context.js';

export async function checkRuleFile(path: string, words: { readonly json?: boolean }, context: Context): Promise<void> {
  const file = readRuleFile(path);
  if (file.errors.length === 0 && file.rules.length === 0)
    throw new UffdscopeError('RULES', `${safeText(path)} holds no rule.`, 'One rule a line.');
  context.out.write(words.json === true ? `${JSON.stringify(asJson(file))}\n` : asText(path, file));
  await context.out.flush();
  if (file.errors.length > 0) throw rulesError(path, file.errors);
}

function asText(path: string, { rules, warnings, errors }: RuleFile): string {
  const lines = rules.map(({ line, rule }) => `${String(line).padStart(4)}  ${safeText(formatRule(rule))}`);
  for (const { line, message } of warnings) lines.push(`${safeText(path)}:${line}: ${message}.`);
  if (errors.length === 0) lines.push(`${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}, all understood.`);
  return `${lines.join('\n')}\n`;
}

function asJson({ rules, warnings, errors }: RuleFile): object {
  return {
    schema: 'uffdscope.rules/1',
    rules: rules.map(({ line, text, rule }) => ({ line, text, canonical: formatRule(rule) })),
    warnings: warnings.map(({ line, message }) => ({ line, message })),
    errors,
  };
}
