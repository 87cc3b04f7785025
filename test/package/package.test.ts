/** The package as a stranger gets it: `npm pack`, then a global installation without scripts and without a compiler. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../native/addon/load.js';
import { TARGETS } from '../../native/session/targets.js';
import { version } from '../../native/session/version.js';
import { isRoot, skipUnless } from '../support/skip.js';
import { on, Terminal } from '../tui/harness.js';
import { needsOf, newer } from './needs.js';
import { barePath, install, installIn, openFolder, pack } from './packed.js';

/** Debian 12 has 2.36, Ubuntu 22.04 has 2.35: the oldest that this package promises to run on. */
const GLIBC_AT_MOST = [2, 35] as const;
const NOBODY = 65534;
/** Others on this machine may have thousands of threads that wait, and `ps` names each. */
const MUCH = 2 ** 28;

const hasMan = spawnSync('man', ['--version']).status === 0;

const folder = openFolder();
let tarball: string;
let path: string;
let prefix: string;
let installed: string;

before(() => {
  tarball = pack(folder);
  path = barePath(folder);
  prefix = install(tarball, folder, path);
  installed = join(prefix, 'lib', 'node_modules', 'uffdscope');
});
after(() => rmSync(folder, { recursive: true, force: true }));

interface As {
  readonly uid?: number;
}
function uffdscope(args: readonly string[], { uid }: As = {}) {
  return spawnSync(join(prefix, 'bin', 'uffdscope'), args, {
    cwd: '/',
    env: { PATH: path, HOME: '/nonexistent' },
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: MUCH,
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
}

describe('what is in it', () => {
  test('the program, its native parts for this machine, the manual page and the reference', () => {
    const native = join('prebuilds', `linux-${process.arch}`);
    const wanted = [
      'bin/uffdscope.js',
      'dist/bin/main.js',
      'dist/native/session/index.js',
      'dist/native/session/index.d.ts',
      join(native, 'uffdscope.node'),
      join(native, 'uffdscope-keeper'),
      ...TARGETS.map(({ file }) => join(native, 'targets', file)),
      'man/uffdscope.1',
      ...readdirSync(join(packageRoot(), 'docs', 'reference')).map((page) => join('docs', 'reference', page)),
      'README.md',
      'CHANGELOG.md',
      'SECURITY.md',
      'LICENSE',
    ];
    assert.deepEqual(
      wanted.filter((file) => !existsSync(join(installed, file))),
      [],
    );
  });

  test('no sources, tests, maps or build leftovers', () => {
    const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
    const strange = files.filter((file) =>
      /\.(map|tsbuildinfo|cc|o)$|(?<!\.d)\.tsx?$|^package\/(test|native|ui)\//.test(file),
    );
    assert.deepEqual(strange, []);
  });

  test('nothing runs at its installation, here or in what it depends on', () => {
    const { scripts } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { scripts: object };
    for (const name of ['preinstall', 'install', 'postinstall']) assert.ok(!(name in scripts), name);
    const lock = JSON.parse(readFileSync(join(packageRoot(), 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean; hasInstallScript?: boolean }>;
    };
    const wantsToRun = Object.entries(lock.packages).filter(
      ([, { dev, hasInstallScript }]) => hasInstallScript && !dev,
    );
    assert.deepEqual(wantsToRun, []);
  });

  test('only what runs is installed with it: no header package, no build tool', () => {
    const tree = readdirSync(join(installed, 'node_modules'));
    const { devDependencies } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    assert.deepEqual(
      Object.keys(devDependencies).filter((name) => tree.includes(name)),
      [],
    );
  });
});

test('its binaries are stripped, bring their own C++ library, and run on an older glibc', (t) => {
  const native = join(installed, 'prebuilds', `linux-${process.arch}`);
  const binaries = readdirSync(native, { recursive: true })
    .map((name) => join(native, String(name)))
    .filter((file) => statSync(file).isFile());
  for (const file of binaries) {
    const { libraries, glibc, hasDebugInfo, machine } = needsOf(file);
    const name = file.slice(native.length + 1);
    t.diagnostic(`${name}: ${machine}, glibc ${glibc.join('.')}, ${libraries.join(' ')}, ${statSync(file).size} bytes`);
    assert.ok(!newer(glibc, GLIBC_AT_MOST), `${name} needs glibc ${glibc.join('.')}`);
    assert.deepEqual(
      libraries.filter((library) => !/^(libc|libm|ld-linux.*)\.so/.test(library)), // glibc's own
      [],
      name,
    );
    assert.ok(!hasDebugInfo, `${name} has debug information`);
  }
  assert.ok(binaries.length >= 2 + TARGETS.length);
});

describe('where there is node, npm and sh, and no compiler', () => {
  test('there really is none', () => {
    for (const tool of ['gcc', 'cc', 'g++', 'make', 'python3']) {
      assert.equal(spawnSync('sh', ['-c', `command -v ${tool}`], { env: { PATH: path } }).status, 127, tool);
    }
  });

  test('--version and --help', () => {
    const says = uffdscope(['--version']);
    assert.equal(says.stdout, `${version}\n`);
    assert.equal(says.status, 0, says.stderr);
    const help = uffdscope(['--help']);
    assert.equal(help.status, 0, help.stderr);
    assert.match(help.stdout, /^Usage: uffdscope /m);
  });

  for (const command of ['ps', 'doctor']) {
    test(`${command} --json loads the prebuilt addon and looks at this kernel`, () => {
      const { status, stdout, stderr } = uffdscope([command, '--json']);
      assert.equal(status, 0, stderr);
      assert.equal((JSON.parse(stdout) as { schema: string }).schema, `uffdscope.${command}/1`);
    });
  }

  test('it frees a process that hangs, with the addon, the keeper and the target it brought', async () => {
    const program = join(installed, 'prebuilds', `linux-${process.arch}`, 'targets', 'demo_nobody_reads');
    const hung = spawn(program, ['--threads', '2'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said = text(hung.stdout);
    const ended = once(hung, 'exit');
    try {
      await once(hung.stdout, 'data'); // it says that it is ready, and then its threads hang
      const { status, stdout, stderr } = uffdscope([
        ...['attach', String(hung.pid), '--headless', '-o', 'jsonl'],
        ...['--default', 'zero', '--duration', '30s'],
      ]);
      assert.equal(status, 0, stderr);
      assert.deepEqual(await ended, [0, null], stdout);
      assert.equal((await said).match(/"done":true/g)?.length, 2);
      assert.equal(stdout.match(/"type":"resolve".*"action":"zero"/g)?.length, 2);
    } finally {
      hung.kill('SIGKILL');
    }
  });

  test('a program that imports it gets the library', () => {
    const script = "import { attach, version } from 'uffdscope'; console.log(typeof attach, version)";
    const { stdout, stderr } = spawnSync(join(path, 'node'), ['--input-type=module', '--eval', script], {
      cwd: installed, // a package finds itself by its own name
      env: { PATH: path },
      encoding: 'utf8',
    });
    assert.equal(stdout, `function ${version}\n`, stderr);
  });

  test('the manual page is where man looks for it', skipUnless(hasMan, 'needs man-db'), () => {
    const page = join(prefix, 'share', 'man', 'man1', 'uffdscope.1');
    assert.ok(lstatSync(page).isSymbolicLink());
    const man = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-Tutf8', '-P', 'cat', '-l', page], {
      encoding: 'utf8',
    });
    assert.equal(man.stderr, '');
    assert.match(man.stdout, /^UFFDSCOPE\(1\) +User Commands/m);
  });
});

describe('a test suite of somebody else, in a folder with nothing but the package', () => {
  const example = readFileSync(join(packageRoot(), 'docs/examples/inject.test.ts'), 'utf8');
  let project: string;
  before(() => {
    project = join(folder, 'mine');
    installIn(project, tarball, path);
  });

  test('docs/examples/inject.test.ts passes', () => {
    writeFileSync(join(project, 'inject.test.ts'), example);
    const tsx = pathToFileURL(join(packageRoot(), 'node_modules/tsx/dist/loader.mjs')).href;
    const words = ['--import', tsx, '--test', '--test-reporter=tap', 'inject.test.ts'];
    const { status, stdout, stderr } = spawnSync(join(path, 'node'), words, {
      cwd: project,
      env: { PATH: path },
      encoding: 'utf8',
      timeout: 120_000,
    });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /^# pass 3$/m);
  });

  test('its types are those of the package', () => {
    writeFileSync(join(project, 'inject.test.ts'), example);
    writeFileSync(join(project, 'wrong.ts'), "import { demo } from 'uffdscope';\nawait demo(5);\n");
    const modules = join(packageRoot(), 'node_modules');
    const words = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--lib',
      'es2023,esnext.disposable',
    ];
    const types = ['--types', 'node', '--typeRoots', join(modules, '@types')];
    const compile = (file: string) =>
      spawnSync(process.execPath, [join(modules, 'typescript/bin/tsc'), ...words, ...types, file], {
        cwd: project,
        encoding: 'utf8',
        timeout: 120_000,
      });
    const right = compile('inject.test.ts');
    assert.equal(right.status, 0, right.stdout);
    assert.match(compile('wrong.ts').stdout, /wrong\.ts\(2,12\): error TS2345/);
  });

  test('a script runs from the command that npm puts there', () => {
    writeFileSync(join(project, 'poison.ts'), readFileSync(join(packageRoot(), 'docs/examples/poisoned-page.ts')));
    const words = [
      'demo',
      'missing',
      '--headless',
      '--default',
      'zero',
      '--script',
      'poison.ts',
      '-o',
      'jsonl',
      '--script-deadline',
      '20s',
    ];
    const { status, stdout, stderr } = spawnSync(join(project, 'node_modules/.bin/uffdscope'), words, {
      cwd: project,
      env: { PATH: path },
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.equal(status, 0, stderr);
    assert.equal(stdout.match(/"action":"poison".*"by":"script:poison"/g)?.length ?? 0, 1, stdout);
  });
});

describe(
  'as somebody else, in a folder that cannot be written',
  skipUnless(isRoot, 'only root can become another user'),
  () => {
    for (const args of [['--help'], ['ps', '--json'], ['doctor', '--json']]) {
      test(`nobody: ${args.join(' ')}`, () => {
        const { status, stderr, stdout } = uffdscope(args, { uid: NOBODY });
        assert.equal(status, 0, stderr);
        assert.notEqual(stdout, '');
      });
    }

    test('nobody: the demo, on a screen, answered by hand', async () => {
      const become = ['--reuid', `${NOBODY}`, '--regid', `${NOBODY}`, '--clear-groups'];
      const terminal = new Terminal([...become, join(prefix, 'bin', 'uffdscope'), 'demo'], {
        program: '/usr/bin/setpriv',
        env: { PATH: path, HOME: '/nonexistent' },
      });
      await on(terminal, async (t) => {
        await t.until('a fault that waits', /HELD/);
        await t.press('G', 'a');
        await t.until('its answer', /is answered/);
        await t.press('Q');
        assert.equal(await t.ended(), 0, t.text);
      });
    });

    test('root itself writes nothing there: a read-only mount is enough', () => {
      const script =
        'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && ! touch "$1/x" 2>/dev/null && shift && exec "$@"';
      const { status, stderr } = spawnSync(
        'unshare',
        ['--mount', 'sh', '-c', script, 'sh', prefix, join(prefix, 'bin', 'uffdscope'), 'ps', '--json'],
        { cwd: '/', env: { ...process.env, HOME: '/nonexistent' }, encoding: 'utf8', maxBuffer: MUCH },
      );
      assert.equal(status, 0, stderr);
    });
  },
);
