/** JUnit XML, as CI systems read it: one testcase for each verdict. */
import type { Summary, Verdict } from '../../native/session/index.js';

const CLASS: Readonly<Record<Verdict['from'], string>> = {
  expect: 'uffdscope.expect',
  rule: 'uffdscope.rules',
  script: 'uffdscope.scripts',
};

export function junitXml({ verdicts, comm, pid, lasted, seed, time }: Summary): string {
  const failures = verdicts.filter(({ ok }) => !ok).length;
  const seconds = (lasted / 1e9).toFixed(3);
  const counts = `tests="${verdicts.length}" failures="${failures}" errors="0" skipped="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts} time="${seconds}">`,
    `  <testsuite name="${escape(`uffdscope ${comm}[${pid}]`)}" ${counts} time="${seconds}" timestamp="${time.slice(0, 19)}">`,
    `    <properties><property name="seed" value="${seed}"/></properties>`,
    ...verdicts.map(testcase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testcase({ from, text, ok, seen }: Verdict): string {
  const open = `    <testcase classname="${CLASS[from]}" name="${escape(text)}"`;
  if (ok) return `${open}><system-out>${escape(seen)}</system-out></testcase>`;
  return `${open}><failure message="${escape(seen)}" type="${from}">${escape(`${text}: ${seen}`)}</failure></testcase>`;
}

/** What XML 1.0 may not hold at all (most control characters, lone surrogates) becomes U+FFFD. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"'\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}
