/** Files of rules: what is said about a whole list, and files that nobody means well with. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { RULE_EXAMPLES } from '../../../docs/generate/rules.js';
import { UffdscopeError } from '../../../native/session/errors.js';
import { parseRule, parseRules, readRuleFile, RULE_WORDS } from '../../../native/session/rules/index.js';

const folder = mkdtempSync(join(tmpdir(), 'rule-files-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const warnings = (...lines: readonly string[]) =>
  parseRules(lines.join('\n')).warnings.map(({ line, message }) => `${line}: ${message}`);

describe('a list of rules', () => {
  it('may have comments, empty lines and any line ends', () => {
    const { rules, errors } = parseRules('# slow\r\n\r\nzero # why not\n  range="a # b": hold\n');
    assert.deepEqual(errors, []);
    assert.deepEqual(
      rules.map(({ line, text }) => [line, text]),
      [
        [3, 'zero'],
        [4, 'range="a # b": hold'],
      ],
    );
  });

  it('names a rule that is never reached, and which one stands before it', () => {
    const never = (line: number, by: number) =>
      `${line}: it is never reached: the rule in line ${by} takes everything that it takes`;
    assert.deepEqual(warnings('zero', 'range=heap: hold'), [never(2, 1)]);
    assert.deepEqual(warnings('range=heap: zero', 'off<4k range=heap: delay=1ms'), [never(2, 1)]);
    assert.deepEqual(warnings('rw=w: zero', 'range=heap: hold', 'range=heap access=write: pass'), [never(3, 1)]);
    assert.deepEqual(warnings('kind=minor: continue', 'kind=minor: zero'), [never(2, 1)]);
  });

  it('says nothing where the earlier rule leaves something over', () => {
    assert.deepEqual(warnings('delay=1ms', 'zero'), []);
    assert.deepEqual(warnings('zero:limit=3', 'hold'), []);
    assert.deepEqual(warnings('prob=0.5: zero', 'hold'), []);
    assert.deepEqual(warnings('continue', 'zero'), []);
    assert.deepEqual(warnings('range=heap off<4k: zero', 'range=heap: hold'), []);
  });

  it('names filters that contradict themselves', () => {
    const never = '1: its filter contradicts itself, so it never takes a fault';
    for (const filter of [
      'off<4k off>=8k',
      'kind=missing kind=wp',
      'rw=w !=r'.replace('!=r', 'access!=write'),
      'tid=3 tid=4',
      'range=heap (off<4k off>8k | hits>3 hits<2)',
      'off<0',
      'kind!=missing kind!=wp kind!=minor | off<0',
    ])
      assert.deepEqual(warnings(`${filter}: zero`), [never], filter);
    for (const filter of [
      'off<4k off>=4095',
      'kind=missing access=write',
      'tid=3 | tid=4',
      'hits in {1,3} hits>2',
      'off<=0',
      'tid>3',
    ])
      assert.deepEqual(warnings(`${filter}: zero`), [], filter);
  });

  it('names twins, and words that look like a slip', () => {
    assert.deepEqual(warnings('rw=w: hold:name=a', 'rw=r: zero:name=a'), ['2: the rule in line 1 is called a too']);
    assert.match(warnings('hled: zero')[0]!, /^1: .*held/);
  });

  it('reads ten thousand rules and weighs them all; one more is refused', () => {
    const many = (n: number) => Array.from({ length: n }, (_, i) => `kind=missing off=${i}k: zero`).join('\n');
    const before = performance.now();
    const full = parseRules(many(10_000));
    assert.equal(full.rules.length, 10_000);
    assert.deepEqual([full.errors, full.warnings], [[], []]);
    assert.ok(performance.now() - before < 20_000, 'not each held against all the others');
    const over = parseRules(many(10_050));
    assert.deepEqual(over.errors, [{ line: 10_001, message: 'a session takes at most 10000 rules' }]);
    const twins = parseRules('off<4k rw=w: zero\n'.repeat(10_000));
    assert.equal(twins.warnings.length, 9_999);
  });
});

describe('a hostile file', () => {
  const refused = (path: string, message: RegExp) =>
    assert.throws(
      () => readRuleFile(path),
      (error: UffdscopeError) => error.code === 'RULES' && message.test(error.message),
    );

  it('that is no text, too large, no file, or not there', () => {
    refused(file('binary', Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe])), /not text in UTF-8/);
    refused(file('large', 'zero\n'.repeat(2 ** 21 / 5)), /larger than 1 MiB/);
    refused(folder, /is no regular file/);
    refused('/dev/zero', /is no regular file/);
    refused(join(folder, 'absent'), /ENOENT/);
  });

  it('that is a FIFO nobody writes to does not keep us waiting', () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    refused(fifo, /is no regular file/);
  });

  it('with a line of a megabyte: its length is said, the line is not', () => {
    const { errors } = readRuleFile(file('long', `range=heap: ${'zero:'.repeat(200_000)}`));
    assert.equal(errors.length, 1);
    assert.match(errors[0]!.message, /at most 4096 characters; this one has 10000\d\d/);
    assert.ok(errors[0]!.message.length < 2000);
  });

  it('with control characters: they are shown, not sent', () => {
    const { errors } = readRuleFile(file('escape', 'range=heap: \u001b[31mzero\n'));
    assert.equal(errors.length, 1);
    assert.doesNotMatch(errors[0]!.message, /\u001b/);
  });

  it('of nothing but nesting, quotes or colons', () => {
    for (const line of ['('.repeat(4000), '"'.repeat(4001), ':'.repeat(4000), `${'!'.repeat(4000)}held: zero`]) {
      const parsed = parseRule(line);
      assert.ok(!parsed.ok);
    }
  });
});

describe('the reference', () => {
  it('shows only rules that can be read, and an example of every word that can', () => {
    for (const [rule] of RULE_EXAMPLES) {
      const parsed = parseRule(rule.replace('disk.img', '/etc/passwd'));
      assert.ok(parsed.ok, parsed.ok ? '' : `${rule}: ${parsed.error.message}`);
    }
    for (const { name, example, kind } of RULE_WORDS) {
      const more = ['when', 'prob', 'limit', 'name'].includes(name) ? ': zero' : name === 'per' ? ':zero:limit=1' : '';
      const text = `${example.replace('disk.img@4k', '/etc/passwd')}${kind === 'modifier' ? more : ''}`;
      const parsed = parseRule(text);
      assert.ok(parsed.ok, parsed.ok ? '' : `${text}: ${parsed.error.message}`);
    }
  });
});
