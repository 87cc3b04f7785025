/** What the pages tell a person to type exists: commands, flags, scripts, files. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { packageRoot } from '../../native/addon/load.js';
import { codeOf, linksOf, npmScripts, pages, pathsOf, uffdscopeWords } from './pages.js';

const root = packageRoot();
const helps = new Map<string, string>();

/** What the program itself prints. */
function help(command: string): string {
  let text = helps.get(command);
  if (text === undefined) {
    const words = [join(root, 'bin', 'uffdscope.js'), ...(command === '' ? [] : [command]), '--help'];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    assert.equal(status, 0, `uffdscope ${command} --help: ${stderr}`);
    helps.set(command, (text = stdout));
  }
  return text;
}

function flagsIn(text: string): Set<string> {
  return new Set([...text.matchAll(/(?<![\w-])--?[a-zA-Z][\w-]*/g)].map(([flag]) => flag));
}

/** Commands as a screen of help lists them. */
function commands(): string[] {
  return [...help('').matchAll(/^ {2}([a-z]+)(?: |\n)/gm)].map(([, name]) => name!);
}

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
let seen = 0;

for (const page of pages()) {
  describe(page.name, () => {
    const code = codeOf(page);

    test('every uffdscope command in it exists, with its flags', () => {
      for (const words of code.flatMap(uffdscopeWords)) {
        const first = words.find((word) => !word.startsWith('-') && /^[a-z]+$/.test(word));
        const named = first !== undefined && words.indexOf(first) === 0;
        if (named) assert.ok(commands().includes(first), `there is no uffdscope ${first}`);
        const known = flagsIn(help(named ? first : ''));
        const flags = words.filter((word) => /^--?[a-zA-Z]/.test(word)).map((word) => word.replace(/=.*/, ''));
        for (const flag of flags) assert.ok(known.has(flag), `uffdscope ${first ?? ''} has no ${flag}`);
        seen++;
      }
    });

    test('every npm script in it exists', () => {
      for (const name of code.flatMap(npmScripts)) assert.ok(name in scripts, `there is no npm run ${name}`);
    });

    test('every link in it leads somewhere, and every path is there', () => {
      assert.deepEqual(
        [...linksOf(page), ...pathsOf(page)].filter((target) => !existsSync(join(root, target))),
        [],
      );
    });
  });
}

test('and there were commands to try', () => assert.ok(seen > 20, `only ${seen}`));
