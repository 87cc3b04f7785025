// A reporter that is silent unless CI skipped a test: then it names what was skipped, and the run fails. CI installs and
// is allowed everything that tests need, so a skip there is a test that quietly stopped testing.
export default async function* noSkips(source) {
  const skipped = [];
  for await (const { type, data } of source) {
    const reason = data?.skip;
    if (type === 'test:pass' && reason !== undefined && reason !== false) {
      skipped.push(`${data.file ?? ''} ${data.name}: ${reason === true ? 'no reason given' : reason}`);
    }
  }
  if (skipped.length === 0 || !process.env.CI || process.env.CI === 'false') return;
  process.exitCode = 1;
  yield `CI may skip nothing, and skipped ${skipped.length}:\n  ${skipped.join('\n  ')}\n`;
}
