import assert from 'node:assert/strict';
import { test } from 'node:test';
import { casesByFile, readReport } from './doctest-report.js';

const run = `<?xml version="1.0"?><doctest><TestSuite>
<TestCase name="passes" filename="/a/b_test.cc" line="1"><OverallResultsAsserts test_case_success="true"/></TestCase>
<TestCase name="a &lt; b &amp; c" filename="/a/b_test.cc" line="5">
  <Expression success="true" type="CHECK" filename="/a/b_test.cc" line="6"><Original>x == x</Original></Expression>
  <Expression success="false" type="CHECK" filename="/a/b_test.cc" line="7">
    <Original>
      one == two
    </Original>
    <Expanded>
      1 == 2
    </Expanded>
    <Info>
      in the third row
    </Info>
  </Expression>
  <OverallResultsAsserts test_case_success="false"/></TestCase>
<TestCase name="not here" filename="/a/c_test.cc" line="9">
  <Message type="WARNING" filename="/a/c_test.cc" line="10"><Text>skipped: no huge pages</Text></Message>
  <OverallResultsAsserts test_case_success="true"/></TestCase>
<TestCase name="dies" filename="/a/c_test.cc" line="20">
  <Exception crash="true">SIGSEGV</Exception>`;

test('a run is read case by case: passed, failed with its place, skipped with its reason, ended in the middle', () => {
  const [passed, failed, skipped, died] = readReport(run);
  assert.deepEqual(passed, { name: 'passes', failures: [], skipped: undefined, unfinished: false });
  assert.equal(failed?.name, 'a < b & c');
  assert.deepEqual(failed.failures, ['a/b_test.cc:7: one == two\n  got: 1 == 2\n  where: in the third row']);
  assert.deepEqual([skipped?.skipped, skipped?.failures], ['no huge pages', []]);
  assert.deepEqual([died?.unfinished, died?.failures], [true, ['died: SIGSEGV']]);
});

test('cases are listed by source file', () => {
  assert.deepEqual(
    [...casesByFile(run)],
    [
      ['b_test.cc', ['passes', 'a < b & c']],
      ['c_test.cc', ['not here', 'dies']],
    ],
  );
});
