/** The rule language and the rules of a session. */
export { checkRules, type RuleWarning } from './check-rules.js';
export { RULE_WORDS, type RuleWord } from './fields.js';
export { formatActions, formatRule } from './format-rule.js';
export { MAX_RULES, parseRule, toRulesError, type ParsedRule } from './parse-rule.js';
export { RuleBook, type RuleRow } from './rule-book.js';
export { parseRules, readRuleFile, rulesError, type FileRule, type RuleFile } from './rule-file.js';
export type * from './rule.js';
