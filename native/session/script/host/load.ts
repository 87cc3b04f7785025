/** The script's file to its hooks, with what is wrong with it said in words. */
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { nearest } from '../../filter/suggest.js';
import { HOOKS, type Manifest } from '../messages.js';
import { nameOf } from '../script-name.js';
import type { Script } from '../types.js';
import { withoutTypes } from './strip.js';

const FIELDS = [...HOOKS, 'name', 'filter', 'tick', 'commands'] as const;
const NAME = /^[A-Za-z][\w.-]{0,31}$/;

export interface Loaded {
  readonly script: Script;
  readonly manifest: Manifest;
}

/** @throws what the script's code throws, and TypeError for what is no script. */
export async function loadScript(path: string): Promise<Loaded> {
  register('./hooks.js', import.meta.url);
  const module = (await import(pathToFileURL(path).href).catch((error: unknown) => {
    // Node does not say where a module's syntax is wrong; the parser for TypeScript does.
    if (error instanceof SyntaxError && /\.m?js$/.test(path)) withoutTypes(readFileSync(path, 'utf8'), path);
    throw error;
  })) as { readonly default?: unknown };
  const script = module.default;
  if (typeof script !== 'object' || script === null || Array.isArray(script))
    throw new TypeError(
      'the default export is no script; write: export default { onFault(fault, ctx) { ctx.zero(); } }',
    );
  return { script: script as Script, manifest: manifestOf(script as Record<string, unknown>, path) };
}

function manifestOf(script: Record<string, unknown>, path: string): Manifest {
  for (const field of Object.keys(script)) {
    if ((FIELDS as readonly string[]).includes(field)) continue;
    const near = nearest(field, FIELDS);
    throw new TypeError(
      `a script has no ${field}${near ? `; did you mean ${near}?` : `; there are ${FIELDS.join(', ')}`}`,
    );
  }
  for (const hook of HOOKS)
    if (script[hook] !== undefined && typeof script[hook] !== 'function') throw new TypeError(`${hook} is no function`);
  const { name = nameOf(path), filter, tick, commands } = script;
  if (typeof name !== 'string' || !NAME.test(name))
    throw new TypeError('name is no name; write a letter, then letters, digits, - . _, 32 at most');
  if (filter !== undefined && typeof filter !== 'string') throw new TypeError('filter is no text');
  if (tick !== undefined && !(typeof tick === 'number' && tick >= 1 && tick < 2 ** 31))
    throw new TypeError('tick is no time; write milliseconds from 1 up');
  return { name, filter: filter ?? null, hooks: HOOKS.filter((hook) => script[hook]), commands: commandsOf(commands) };
}

function commandsOf(commands: unknown): Manifest['commands'] {
  if (commands === undefined) return [];
  if (typeof commands !== 'object' || commands === null) throw new TypeError('commands is no object of commands');
  return Object.entries(commands).map(([name, command]) => {
    if (!NAME.test(name)) throw new TypeError(`${JSON.stringify(name.slice(0, 40))} is no name for a command`);
    const { run, about } = (typeof command === 'function' ? { run: command } : (command ?? {})) as {
      readonly run?: unknown;
      readonly about?: unknown;
    };
    if (typeof run !== 'function') throw new TypeError(`the command ${name} has no run(ctx, args, faults)`);
    return { name, about: typeof about === 'string' ? about.split('\n')[0]!.slice(0, 200) : '' };
  });
}
