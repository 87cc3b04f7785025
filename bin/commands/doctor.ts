/** `doctor`: the checks as a grouped table, or as one JSON document. Always exit 0: it reports, it does not judge. */
import { Chalk } from 'chalk';
import { AREAS, examine, type Area, type Check } from '../../native/session/discover/doctor/index.js';
import { safeText } from '../../native/session/safe-text.js';
import { version } from '../../native/session/version.js';
import { configChecks } from '../config/checks.js';
import type { Context } from '../context.js';
import { toJson } from '../output/json.js';
import { wrap } from '../output/text-table.js';

const TITLES: Readonly<Record<Area, string>> = {
  kernel: 'Kernel',
  userfaultfd: 'userfaultfd for this user',
  features: 'Features of userfaultfd in this kernel',
  rights: 'Rights',
  watching: 'Looking without touching',
  memory: 'Memory',
  program: 'uffdscope',
  terminal: 'Terminal',
};

export async function doctor(words: { readonly json?: boolean }, { out, color, width }: Context): Promise<void> {
  const utf8 = isUtf8(process.env);
  const machine = await examine({
    isTerminal: process.stdout.isTTY === true,
    columns: process.stdout.columns ?? null,
    rows: process.stdout.rows ?? null,
    colorLevel: color.out,
    utf8,
  });
  const checks = [...machine, ...(await configChecks())];
  if (words.json === true) out.write(`${toJson({ schema: 'uffdscope.doctor/1', version, checks }, 1)}\n`);
  else out.write(doctorTable(checks, new Chalk({ level: color.out }), utf8, width ?? 120));
}

/** By the locale, as the C library would decide it. */
export function isUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return /utf-?8/i.test(locale);
}

type Style = InstanceType<typeof Chalk>;

export function doctorTable(checks: readonly Check[], style: Style, utf8: boolean, width: number): string {
  const signs = utf8 ? { true: '✓', false: '✗', null: '·' } : { true: 'ok', false: 'NO', null: '--' };
  const signWidth = utf8 ? 1 : 2;
  const names = Math.max(...checks.map((check) => check.id.length));
  const values = Math.max(...checks.map((check) => value(check).length).filter((length) => length <= LONG));
  const indent = ' '.repeat(2 + signWidth + 1 + names + 2 + values + 2);
  const line = (check: Check): string => {
    const sign = signs[`${check.ok}`];
    const painted = check.ok === true ? style.green(sign) : check.ok === false ? style.red(sign) : style.dim(sign);
    const head = `  ${painted} ${check.id.padEnd(names)}  ${value(check).padEnd(values)}  `;
    const room = value(check).length > LONG ? `${head.trimEnd()}\n${indent}` : head;
    const says = wrap(check.says, width, indent);
    const fix = check.fix === null ? '' : `\n${indent}${style.cyan(`${utf8 ? '→' : '->'} ${safeText(check.fix)}`)}`;
    return `${room}${says}${fix}\n`;
  };
  const groups = AREAS.map((area) => {
    const lines = checks.filter((check) => check.area === area).map(line);
    return `${style.bold(TITLES[area])}\n${lines.join('')}`;
  });
  return `${groups.join('\n')}\n${verdict(checks, style)}\n`;
}

const LONG = 24;

function value(check: Check): string {
  return check.value === null ? '?' : safeText(String(check.value));
}

function verdict(checks: readonly Check[], style: Style): string {
  const failed = checks.filter(({ ok }) => ok === false);
  if (failed.length === 0) return style.green('Everything that was tried works.');
  return `${failed.length} of ${checks.length} do not work for this user: ${failed.map(({ id }) => id).join(', ')}.`;
}
