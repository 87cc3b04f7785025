/** The hand-written pages, and what in them can be held to the program: commands, scripts, links, paths. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageRoot } from '../../native/addon/load.js';

export interface Page {
  /** Below the package. */
  readonly name: string;
  readonly text: string;
}

export function pages(): Page[] {
  const root = packageRoot();
  const top = readdirSync(root).filter((file) => file.endsWith('.md'));
  const below = readdirSync(join(root, 'docs'), { recursive: true }).map((file) => join('docs', String(file)));
  return [...top, ...below.filter((file) => file.endsWith('.md'))].map((name) => ({
    name,
    text: readFileSync(join(root, name), 'utf8'),
  }));
}

/** Lines of code blocks, and inline code; shell prompts and comments taken off. */
export function codeOf({ text }: Page): string[] {
  const blocks = [...text.matchAll(/^```.*\n([\s\S]*?)^```/gm)].flatMap(([, block]) => block!.split('\n'));
  const indented = [...text.matchAll(/^ {4}(\S.*)$/gm)].map(([, line]) => line!);
  const inline = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);
  return [...blocks, ...indented, ...inline].map((line) =>
    line
      .replace(/^\s*[$#] /, '')
      .replace(/\s+#\s.*$/, '')
      .trim(),
  );
}

/** The words after `uffdscope` where a piece of code runs it. */
export function uffdscopeWords(code: string): string[][] {
  return code
    .split(/\s*(?:&&|;|\|(?!\|))\s*/)
    .map((part) => /^(?:sudo (?:-\S+ )*)?(?:npx )?uffdscope(?:\s+(.*))?$/.exec(part))
    .filter((match) => match !== null)
    .map(([, words]) => (words ?? '').split(/\s+/).filter(Boolean));
}

export function npmScripts(code: string): string[] {
  return [...code.matchAll(/\bnpm (?:run (?:-s )?([\w:-]+)|(test|start)\b)/g)].map(([, run, plain]) => (run ?? plain)!);
}

/** Targets of relative links, below the package. */
export function linksOf({ name, text }: Page): string[] {
  const root = packageRoot();
  return [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => relative(root, join(root, name, '..', target)));
}

/** Files and folders of the project that the page names: `native/engine/ring.h`, `ui/rows/`. */
export function pathsOf(page: Page): string[] {
  return codeOf(page).filter((code) => /^(?:bin|docs|native|test|ui)\/[\w./-]*$/.test(code));
}
