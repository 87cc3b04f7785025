/** What doctest's XML reporter says of each test case. */
export interface CaseReport {
  readonly name: string;
  /** Empty where the case passed. */
  readonly failures: readonly string[];
  /** Why the case did not run on this machine. */
  readonly skipped: string | undefined;
  /** The program ended inside this case. */
  readonly unfinished: boolean;
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const plain = (xml: string): string =>
  xml.replace(/&(#x([0-9a-f]+)|[a-z]+);/gi, (whole, name: string, hex?: string) =>
    hex ? String.fromCodePoint(parseInt(hex, 16)) : (entities[name] ?? whole),
  );
const attribute = (xml: string, name: string): string => plain(new RegExp(` ${name}="([^"]*)"`).exec(xml)?.[1] ?? '');
const inside = (xml: string, tag: string): string[] =>
  [...xml.matchAll(new RegExp(`<${tag}\\b[^>]*>([^]*?)</${tag}>`, 'g'))].map((m) => plain(m[1] ?? '').trim());

/** Test cases by source file, in the order of the sources, from `--list-test-cases -r=xml`. */
export function casesByFile(xml: string): Map<string, string[]> {
  const files = new Map<string, string[]>();
  for (const [tag] of xml.matchAll(/<TestCase\b[^>]*>/g)) {
    const file = attribute(tag, 'filename').split('/').pop() ?? '';
    files.set(file, [...(files.get(file) ?? []), attribute(tag, 'name')]);
  }
  return files;
}

function failureText(element: string): string {
  const place = `${attribute(element, 'filename').split('/').slice(-2).join('/')}:${attribute(element, 'line')}`;
  const parts = [
    ...inside(element, 'Original'),
    ...inside(element, 'Expanded').map((t) => `  got: ${t}`),
    ...inside(element, 'Text'),
    ...inside(element, 'Exception'),
    ...inside(element, 'Info').map((t) => `  where: ${t}`),
  ];
  return `${place}: ${parts.join('\n')}`;
}

/** One report a test case, from a run with `-r=xml`; the last may be cut short by the end of the program. */
export function readReport(xml: string): CaseReport[] {
  return xml
    .split(/(?=<TestCase\b)/)
    .filter((part) => part.startsWith('<TestCase'))
    .map((part) => {
      const expressions = part.match(/<Expression\b[^]*?<\/Expression>/g) ?? [];
      const messages = part.match(/<Message\b[^]*?<\/Message>/g) ?? [];
      const bare = part.replace(/<Expression\b[^]*?<\/Expression>/g, '');
      const crashes = inside(bare, 'Exception').map((text) => `died: ${text}`);
      const failures = [
        ...expressions.filter((e) => attribute(e, 'success') === 'false').map(failureText),
        ...messages.filter((m) => attribute(m, 'type') !== 'WARNING').map(failureText),
        ...crashes,
      ];
      const note = messages.flatMap((m) => inside(m, 'Text')).find((text) => text.startsWith('skipped: '));
      const success = attribute(part, 'test_case_success');
      if (success === 'false' && failures.length === 0) failures.push('the test case failed');
      return {
        name: attribute(part, 'name'),
        failures,
        skipped: note?.slice('skipped: '.length),
        unfinished: success === '',
      };
    });
}
