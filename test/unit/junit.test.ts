/** JUnit XML: read back by a parser of its own, whatever a target or a rule is called. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { junitXml } from '../../bin/output/junit.js';
import type { Summary, Verdict } from '../../native/session/index.js';

const verdict = (text: string, ok = true): Verdict => ({ from: 'expect', text, ok, seen: `seen ${text}`, value: null });

function xml(verdicts: readonly Verdict[], comm = 'demo'): string {
  return junitXml({
    verdicts,
    comm,
    pid: 7,
    lasted: 1.5e9,
    seed: 3,
    time: '2026-11-22T19:00:00.000Z',
  } as unknown as Summary);
}

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** Strict: well-formed or it throws. Takes what XML 1.0 allows of characters, and numeric references. */
function parse(text: string): Element {
  assert.doesNotMatch(text, /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u, 'a character that XML forbids');
  const decode = (raw: string): string => {
    assert.doesNotMatch(raw, /[<>]/);
    return raw.replace(/&([^;]*);?/g, (all, name: string) => {
      const code = /^#(\d+)$/.exec(name)?.[1];
      assert.ok(code !== undefined && all.endsWith(';'), all);
      return String.fromCodePoint(Number(code));
    });
  };
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const body = text.replace(/^<\?xml version="1.0" encoding="UTF-8"\?>\n/, '');
  assert.notEqual(body, text, 'the declaration');
  const token = /<(\/?)([a-z-]+)((?:\s+[a-z]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  for (let at = 0; at < body.length; at = token.lastIndex) {
    token.lastIndex = at;
    const match = token.exec(body);
    assert.ok(match, `not well-formed at ${body.slice(at, at + 60)}`);
    const [, closing, name, attributes, empty, words] = match;
    if (words !== undefined) open.at(-1)!.text += decode(words);
    else if (closing) assert.equal(open.pop()!.name, name);
    else {
      const pairs = [...attributes!.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, key, value]) => [key!, decode(value!)]);
      const element = { name: name!, attributes: Object.fromEntries(pairs), children: [], text: '' };
      open.at(-1)!.children.push(element);
      if (!empty) open.push(element);
    }
  }
  assert.equal(open.length, 1, 'everything is closed');
  return root.children[0]!;
}

const casesOf = (suites: Element) => suites.children[0]!.children.filter(({ name }) => name === 'testcase');

test('a test case for each verdict, counted', () => {
  const suites = parse(xml([verdict('count>=3'), verdict('p99<5ms', false)]));
  assert.deepEqual(
    [suites.attributes['tests'], suites.attributes['failures'], suites.attributes['time']],
    ['2', '1', '1.500'],
  );
  const [held, failed] = casesOf(suites);
  assert.equal(held!.attributes['name'], 'count>=3');
  assert.equal(
    held!.children.some(({ name }) => name === 'failure'),
    false,
  );
  assert.equal(failed!.children[0]!.name, 'failure');
  assert.equal(failed!.children[0]!.attributes['message'], 'seen p99<5ms');
});

test('names that would break it come back as they were, or as a mark where XML has no way to write them', () => {
  const nasty = `<![CDATA[ ]]> & "quoted" 'single'\n\ttab`;
  assert.equal(casesOf(parse(xml([verdict(nasty, false)])))[0]!.attributes['name'], nasty);
  const control = parse(xml([verdict('ok')], '\u001b[31m\u0000\ud800\ufffe'));
  assert.match(control.children[0]!.attributes['name']!, /^uffdscope \ufffd\[31m\ufffd\ufffd\ufffd\[7\]$/);
});

test('no verdicts are an empty suite', () => {
  assert.equal(casesOf(parse(xml([]))).length, 0);
});
