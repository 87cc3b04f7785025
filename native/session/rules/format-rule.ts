/** A rule's canonical text: what `parseRule` reads as the same rule. */
import { formatFilter } from '../filter/format.js';
import { printNumber } from '../filter/values.js';
import type { Damage, Delay, Rule, When } from './rule.js';

const time = (ns: number): string => printNumber(ns, 'duration');
const size = (bytes: number): string => printNumber(bytes, 'size');

export function formatRule(rule: Rule): string {
  const filter = rule.filter.type === 'all' ? [] : [formatFilter(rule.filter)];
  return [...filter, formatActions(rule)].join(': ');
}

/** The part behind the filter, as lists show it. */
export function formatActions({ terminal, modifiers: m }: Rule): string {
  const parts: string[] = [];
  if (m.delay) parts.push(`delay=${formatDelay(m.delay)}`);
  for (const damage of m.corrupt ?? []) parts.push(`corrupt=${formatDamage(damage)}`);
  if (m.short !== undefined) parts.push(`short=${size(m.short)}`);
  if (m.nowake) parts.push(m.nowake.after === null ? 'nowake' : `nowake=${time(m.nowake.after)}`);
  if (m.duplicate) parts.push('duplicate');
  if (m.reorder !== undefined) parts.push(`reorder=${m.reorder}`);
  if (m.spurious) parts.push('spurious');
  if (terminal?.action === 'copy') parts.push(`copy=${word(terminal.text)}`);
  else if (terminal?.action === 'script') parts.push(`script=${terminal.script}`);
  else if (terminal) parts.push(terminal.action);
  if (m.when) parts.push(`when=${formatWhen(m.when)}`);
  if (m.prob !== undefined) parts.push(`prob=${m.prob}`);
  if (m.per) parts.push(`per=${m.per}`);
  if (m.limit !== undefined) parts.push(`limit=${m.limit}`);
  if (m.name !== undefined) parts.push(`name=${m.name}`);
  return parts.join(':');
}

function formatDelay(delay: Delay): string {
  switch (delay.type) {
    case 'fixed':
      return time(delay.base) + (delay.jitter > 0 ? `~${time(delay.jitter)}` : '');
    case 'normal':
      return `normal(${time(delay.mean)},${time(delay.deviation)})`;
    case 'exp':
      return `exp(${time(delay.mean)})`;
    case 'uniform':
      return `uniform(${time(delay.least)},${time(delay.most)})`;
    case 'pareto':
      return `pareto(${time(delay.least)},${delay.shape})`;
  }
}

function formatDamage(damage: Damage): string {
  switch (damage.type) {
    case 'flip':
      return `flip:${damage.bits}`;
    case 'off':
      return `off:0x${damage.offset.toString(16)}=${Buffer.from(damage.bytes).toString('hex')}`;
    default:
      return `${damage.type}:${damage.byte.toString(16).padStart(2, '0')}`;
  }
}

function formatWhen({ first, last, step }: When): string {
  if (last === Infinity) return `${first}+${step === 1 ? '' : step}`;
  const span = last === first ? `${first}` : `${first}..${last}`;
  return step === 1 ? span : `${span}+${step}`;
}

/** Quoted where a `:` or space would end it. */
function word(text: string): string {
  return /[:\s"]/.test(text) ? `"${text.replace(/(["\\])/g, '\\$1')}"` : text;
}
