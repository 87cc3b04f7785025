/**
 * Module hooks of a script's process: types are taken out of TypeScript (every type becomes spaces, so lines and columns
 * stay what they are), and `uffdscope` is this package wherever the script lies.
 */
import { readFile } from 'node:fs/promises';
import type { LoadHook, ResolveHook } from 'node:module';
import { fileURLToPath } from 'node:url';
import { withoutTypes } from './strip.js';

const TYPESCRIPT = /\.m?ts$/;
const OURS = new URL('../../index.js', import.meta.url).href;

export const resolve: ResolveHook = (specifier, context, next) =>
  specifier === 'uffdscope' ? { url: OURS, shortCircuit: true, format: 'module' } : next(specifier, context);

export const load: LoadHook = async (url, context, next) => {
  const path = url.startsWith('file:') ? fileURLToPath(url) : '';
  if (!TYPESCRIPT.test(path)) return next(url, context);
  return { format: 'module', shortCircuit: true, source: withoutTypes(await readFile(path, 'utf8'), path) };
};
