/**
 * docs/reference/api: what `import … from 'uffdscope'` gives, out of the declarations that the compiler made of
 * native/session/index.ts. They are what a user's editor shows, so they are what the pages show.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sections, table } from './markdown.js';

interface Declared {
  readonly name: string;
  /** Below dist/native/session, without ending. */
  readonly module: string;
  /** As text: comment and declaration. */
  readonly text: string;
  /** First sentence of its comment, or ''. */
  readonly about: string;
}

const ROOT = fileURLToPath(new URL('../../dist/native/session/', import.meta.url));

/** Each page, with the modules it shows, in this order; what is not named here does not get lost (`more`). */
const PAGES = [
  {
    file: 'library',
    title: 'Attach, demo, session',
    about: 'Taking part in a process, and what can be done then.',
    modules: ['attach', 'demo', 'session', 'types', 'verbs', 'source-text', 'errors', 'safe-text', 'version'],
  },
  {
    file: 'scripts',
    title: 'Scripts',
    about:
      'What a script sees and gives, and the scripts of a session. [How to write one](../../howto/write-a-script.md).',
    modules: ['script/types', 'script/scripts', 'script/script-file', 'script/script-book'],
  },
  {
    file: 'rules',
    title: 'Rules',
    about: 'The rule language as data, and the rules of a session.',
    modules: [/^rules\//],
  },
  {
    file: 'verdicts',
    title: 'Statistics, expectations, metrics',
    about: 'What a session counted, and what a run is held to.',
    modules: [/^statistics\//, /^expect\//, /^metrics\//],
  },
  {
    file: 'recordings',
    title: 'Recordings and records',
    about: 'What happened, as lines; recordings made, read and replayed.',
    modules: ['records', 'record-stream', /^recording\//],
  },
] as const;

/** By file below reference/api. @throws Error where something is exported that no page shows, or nothing is built. */
export function apiPages(): ReadonlyMap<string, string> {
  const all = exportsOf('index');
  const pages = new Map<string, string>();
  const contents: string[][] = [];
  for (const { file, title, about, modules } of PAGES) {
    const shown = modules.flatMap((wanted) =>
      [...all.values()].filter(({ module }) => (typeof wanted === 'string' ? module === wanted : wanted.test(module))),
    );
    for (const { name } of shown) all.delete(name);
    pages.set(`${file}.md`, sections(`# ${title}`, about, ...shown.map(declarationText)));
    const anchors = new Map<string, number>();
    for (const { name, about: what } of shown) {
      const anchor = name.toLowerCase();
      const times = anchors.get(anchor) ?? 0; // a second heading of the same letters gets a number
      anchors.set(anchor, times + 1);
      contents.push([`[${name}](${file}.md#${anchor}${times > 0 ? `-${times}` : ''})`, what]);
    }
  }
  if (all.size > 0) throw new Error(`no page of the API shows ${[...all.keys()].join(', ')}`);
  pages.set(
    'README.md',
    sections(
      '# The library',
      'What the package exports, as the compiler declares it. Addresses are `bigint`, times of records nanoseconds, times that are given milliseconds.',
      "```ts\nimport { attach, demo, defineScript } from 'uffdscope';\n```",
      'The types lean on those of Node (`npm i -D uffdscope @types/node`). `await using` is compiled by TypeScript and tsx; Node itself knows it from version 24 on.',
      PAGES.map(({ file, title, about }) => `- [${title}](${file}.md): ${about}`).join('\n'),
      table(['name', 'what it is'], contents),
    ),
  );
  return pages;
}

function declarationText({ name, text }: Declared): string {
  return sections(`## ${name}`, `\`\`\`ts\n${text}\n\`\`\``);
}

/** Everything that a module exports, by name. */
function exportsOf(module: string): Map<string, Declared> {
  const found = new Map<string, Declared>();
  for (const { head, text, comment } of statements(module)) {
    const from = /^export (?:type )?(\*|\{[\s\S]*\}) from '(\.[^']*)\.js';$/.exec(head);
    if (from) {
      const [, what, path] = from;
      const theirs = exportsOf(join(dirname(module), path!));
      if (what === '*') for (const [name, one] of theirs) found.set(name, one);
      else
        for (const [name, as] of names(what!)) {
          const one = theirs.get(name);
          if (!one) throw new Error(`${module} exports ${name} of ${path}, which is not there`);
          found.set(as, { ...one, name: as });
        }
      continue;
    }
    const own = /^export (?:declare )?(?:abstract )?(?:interface|type|class|function|const|enum) (\w+)/.exec(head);
    if (own && !found.has(own[1]!)) found.set(own[1]!, { name: own[1]!, module, text, about: firstSentence(comment) });
  }
  return found;
}

/** `{ a, type B, c as d }` */
function names(list: string): (readonly [name: string, as: string])[] {
  return list
    .slice(1, -1)
    .split(',')
    .map((word) => word.trim().replace(/^type /, ''))
    .filter((word) => word !== '')
    .map((word) => {
      const [name, as] = word.split(' as ');
      return [name!, as ?? name!];
    });
}

interface Statement {
  readonly head: string;
  readonly comment: string;
  readonly text: string;
}

/** The compiler indents what is inside, so each statement begins at the left margin, behind its comment. */
function statements(module: string): Statement[] {
  const path = `${join(ROOT, module)}.d.ts`;
  if (!existsSync(path)) throw new Error(`${path} is not there: npm run build:ts`);
  const lines = readFileSync(path, 'utf8').split('\n');
  const all: Statement[] = [];
  let comment: string[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at]!;
    if (line.startsWith('/**')) {
      const end = lines.findIndex((text, i) => i >= at && text.trimEnd().endsWith('*/'));
      comment = lines.slice(at, end + 1);
      at = end + 1;
    } else if (/^(export|import|declare) /.test(line)) {
      let end = at + 1;
      while (end < lines.length && !begins(lines, end)) end++;
      const body = lines.slice(at, end).filter((text) => text !== '' && !/^ {4}#private;$/.test(text));
      const text = [...comment, ...body].join('\n').replaceAll(/^export (?:declare )?/gm, '');
      all.push({ head: body.join('\n'), comment: comment.join('\n'), text });
      comment = [];
      at = end;
    } else at++;
  }
  return all;
}

/** A comment may also stand before a member of a union, at the left margin too. */
function begins(lines: readonly string[], at: number): boolean {
  if (!lines[at]!.startsWith('/**')) return /^(export|import|declare|\/\/) ?/.test(lines[at]!);
  const end = lines.findIndex((text, i) => i >= at && text.trimEnd().endsWith('*/'));
  return /^(export|import|declare) /.test(lines[end + 1] ?? '');
}

function firstSentence(comment: string): string {
  const text = comment
    .replace(/^\/\*\*|\*\/$/g, '')
    .replace(/^\s*\* ?/gm, '')
    .replaceAll('\n', ' ')
    .replace(/@(throws|param|returns)\b.*/s, '')
    .trim();
  return /^.*?[.!?](?= |$)/.exec(text)?.[0] ?? text;
}
