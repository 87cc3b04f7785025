// The C++ tests: builds them and reports each doctest case. One process a source file, so that a crash costs one file.
// UFFDSCOPE_NATIVE_VARIANT: the folder of build/ to run ("asan" and "tsan" are built with that sanitizer).
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { casesByFile, readReport } from './doctest-report.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const variant = process.env['UFFDSCOPE_NATIVE_VARIANT'] ?? 'release';
const program = join(root, 'build', variant, 'native-tests');
const limit = 300_000;

if (!process.env['UFFDSCOPE_NO_BUILD'] || variant !== 'release') {
  const san = variant === 'release' ? [] : [`SAN=${variant}`];
  const built = spawnSync('make', ['-C', 'native', '-s', ...san, 'keeper', 'targets', 'tests'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`the native tests do not build:\n${built.stdout}${built.stderr}`);
}

interface Run {
  readonly xml: string;
  readonly said: string;
  readonly end: string;
}

/** Runs the cases of one source file. */
function run(file: string): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'uffdscope-native-'));
  const report = join(folder, 'report.xml');
  return new Promise((resolve, reject) => {
    const child = spawn(program, [`-sf=*/${file}`, '-r=xml', `-o=${report}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a group of its own: what a crash leaves behind ends with it
      timeout: limit,
      killSignal: 'SIGKILL',
      env: {
        ...process.env,
        // A sanitizer's finding must fail the run, whatever the tests say.
        ASAN_OPTIONS: 'detect_leaks=1:exitcode=66',
        UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
        TSAN_OPTIONS: 'exitcode=66:die_after_fork=0',
      },
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('error', reject);
    child.on('exit', () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') reject(error as Error);
      }
    });
    child.on('close', (status, signal) => {
      let xml = '';
      try {
        xml = readFileSync(report, 'utf8');
      } catch {
        xml = ''; // it died before its first case; every case is reported as not run below
      }
      rmSync(folder, { recursive: true });
      resolve({ xml, said, end: signal ? `killed by ${signal}` : `status ${status}` });
    });
  });
}

const listed = spawnSync(program, ['-ltc', '-r=xml'], { encoding: 'utf8' });
assert.equal(listed.status, 0, `${program} does not start: ${listed.stderr}`);

describe(`native (${variant})`, () => {
  for (const [file, names] of casesByFile(listed.stdout)) {
    test(file, async (t) => {
      const { xml, said, end } = await run(file);
      const reports = new Map(readReport(xml).map((r) => [r.name, r]));
      let failed = false;
      for (const name of names) {
        const report = reports.get(name);
        const failures = !report
          ? [`did not run (${end})`]
          : report.unfinished
            ? [...report.failures, `the program ended in it (${end})`]
            : report.failures;
        failed ||= failures.length > 0;
        await t.test(name, (each) => {
          if (failures.length > 0) throw new Error(`${failures.join('\n')}\n${said}`);
          if (report?.skipped !== undefined) each.skip(report.skipped);
        });
      }
      if (!failed) assert.equal(end, 'status 0', said);
    });
  }
});
