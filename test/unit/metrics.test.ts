/** The metrics text: both forms, escapes, and the addresses that are understood. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exposition, formFor, type Family } from '../../native/session/metrics/exposition.js';
import { parseMetricsAddress, UffdscopeError } from '../../native/session/index.js';

const FAMILIES: readonly Family[] = [
  { name: 'a_build', type: 'info', help: 'Build.', samples: [{ labels: { version: '1' }, value: 1 }] },
  { name: 'a_faults', type: 'counter', help: 'Back\\slash\nline.', samples: [{ labels: { t: 'q"\\\n' }, value: 3 }] },
  {
    name: 'a_seconds',
    type: 'histogram',
    help: 'Time.',
    distributions: [
      {
        labels: { k: 'x' },
        buckets: [
          { le: 0.001, count: 1 },
          { le: 1, count: 2 },
        ],
        count: 4,
        sum: 2.5,
      },
    ],
  },
];

describe('the text', () => {
  it('as OpenMetrics', () => {
    assert.equal(
      exposition(FAMILIES, 'openmetrics'),
      String.raw`# HELP a_build Build.
# TYPE a_build info
a_build_info{version="1"} 1
# HELP a_faults Back\\slash\nline.
# TYPE a_faults counter
a_faults_total{t="q\"\\\n"} 3
# HELP a_seconds Time.
# TYPE a_seconds histogram
a_seconds_bucket{k="x",le="0.001"} 1
a_seconds_bucket{k="x",le="1.0"} 2
a_seconds_bucket{k="x",le="+Inf"} 4
a_seconds_count{k="x"} 4
a_seconds_sum{k="x"} 2.5
# EOF
`,
    );
  });

  it('in the older form: counters and infos are named by their samples, and there is no end mark', () => {
    const text = exposition(FAMILIES, 'prometheus');
    assert.match(text, /^# TYPE a_faults_total counter$/m);
    assert.match(text, /^# TYPE a_build_info gauge$/m);
    assert.doesNotMatch(text, /EOF/);
  });

  it('is the one that was asked for', () => {
    assert.equal(formFor('application/openmetrics-text;version=1.0.0;q=0.75,text/plain;q=0.5'), 'openmetrics');
    assert.equal(formFor('text/plain'), 'prometheus');
    assert.equal(formFor(undefined), 'prometheus');
  });
});

describe('an address', () => {
  it('is of this machine alone unless another is named', () => {
    const table: readonly (readonly [string, string, number])[] = [
      [':9180', '127.0.0.1', 9180],
      ['9180', '127.0.0.1', 9180],
      ['0.0.0.0:80', '0.0.0.0', 80],
      ['[::1]:9180', '::1', 9180],
      ['localhost:0', 'localhost', 0],
    ];
    for (const [text, host, port] of table) assert.deepEqual(parseMetricsAddress(text), { host, port });
  });

  it('or refused in one sentence', () => {
    for (const text of [
      '',
      ':',
      ':99999',
      'a:b',
      'example.org:80',
      '1.2.3:80',
      '[:::]:80',
      '[1.2.3.4]:80',
      ':-1',
      '::1:80',
    ])
      assert.throws(
        () => parseMetricsAddress(text),
        (error: UffdscopeError) => error.exit === 2 && /is no address for --metrics/.test(error.message),
        text,
      );
  });
});
