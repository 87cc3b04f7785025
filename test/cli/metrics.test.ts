/** `--metrics`, scraped as Prometheus does while a run goes on. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { startTarget } from '../fixtures/target.js';
import { sleep, until } from '../support/until.js';
import { COMMAND, uffdscope } from './uffdscope.js';

/** name{labels} to value; throws where a line is neither that nor a comment of OpenMetrics. */
function parse(text: string): Map<string, number> {
  assert.ok(text.endsWith('\n# EOF\n'));
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  for (const line of text.trimEnd().split('\n').slice(0, -1)) {
    const type = /^# TYPE ([a-z_]+) (counter|gauge|histogram|info)$/.exec(line);
    if (type) {
      assert.ok(!types.has(type[1]!), `${type[1]} once`);
      types.set(type[1]!, type[2]!);
      continue;
    }
    if (/^# HELP [a-z_]+ \S/.test(line)) continue;
    const sample = /^([a-z_]+)((?:\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*\})?) (-?[\d.e+-]+)$/.exec(line);
    assert.ok(sample, line);
    const [, name, labels, value] = sample;
    const family = name!.replace(/_(total|info|bucket|count|sum)$/, '');
    assert.ok(types.has(types.has(name!) ? name! : family), `${name} has a type before it`);
    assert.ok(!samples.has(name! + labels), `${line} once`);
    samples.set(name! + labels, Number(value));
  }
  return samples;
}

test('counts, gauges and histograms of a run that goes on; gone with it', async () => {
  await using target = await startTarget('missing', ['--pages', 1000, '--pause', 20]);
  const words = ['attach', target.pid, '--headless', '--metrics', ':0', '--default', 'zero', '--rule'];
  const run = spawn(process.execPath, [COMMAND, ...words.map(String), 'off=8k: delay=30s:name=slow'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    let said = '';
    run.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    await until('it says where', () => /metrics at http\S+\n/.test(said));
    const url = /metrics at (\S+)\n/.exec(said)![1]!;
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    let samples = new Map<string, number>();
    for (let tries = 0; samples.get('uffdscope_delayed') !== 1 && tries < 300; tries++) {
      await sleep(100);
      const response = await fetch(url, { headers: { accept: 'application/openmetrics-text;version=1.0.0' } });
      if (response.status === 503) continue; // it listens before it takes part
      assert.equal(response.status, 200);
      assert.match(response.headers.get('content-type')!, /^application\/openmetrics-text; version=1\.0\.0/);
      samples = parse(await response.text());
    }
    assert.equal(samples.get('uffdscope_delayed'), 1);
    assert.equal(samples.get('uffdscope_faults_total{kind="missing",access="read"}'), 3);
    assert.equal(samples.get('uffdscope_faults_total{kind="wp",access="write"}'), 0);
    assert.equal(samples.get('uffdscope_answers_total{action="zero",by="default"}'), 2);
    const bucket = (le: string) =>
      samples.get(`uffdscope_fault_latency_seconds_bucket{kind="missing",action="zero",le="${le}"}`);
    assert.equal(bucket('+Inf'), 2);
    assert.ok(bucket('0.00001')! <= bucket('0.1')! && bucket('0.1')! <= 2);
    assert.equal(samples.get('uffdscope_lost_records_total'), 0);
    assert.equal(samples.get('uffdscope_up'), 1);
    const acted = [...samples].find(([name]) => name.startsWith('uffdscope_rule_acted_total'));
    assert.deepEqual(acted, ['uffdscope_rule_acted_total{rule="1",text="off=8k: delay=30s:name=slow"}', 1]);
    const plain = await fetch(url);
    assert.match(plain.headers.get('content-type')!, /^text\/plain; version=0\.0\.4/);
    assert.doesNotMatch(await plain.text(), /EOF/);
    assert.equal((await fetch(url.replace('metrics', ''))).status, 404);
    assert.equal((await fetch(url, { method: 'POST' })).status, 405);
    const gone = new Promise((resolve) => run.once('exit', resolve));
    run.kill('SIGTERM');
    await gone;
    await assert.rejects(fetch(url));
  } finally {
    run.kill('SIGKILL');
  }
});

test('an address that cannot be: said before anything is begun', async () => {
  const wrong = await uffdscope(['demo', 'missing', '--headless', '--metrics', 'nowhere']);
  assert.deepEqual([wrong.status, wrong.stdout], [2, '']);
  assert.match(wrong.stderr, /"nowhere" is no address for --metrics/);
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = taken.address() as AddressInfo;
    const second = await uffdscope(['demo', 'missing', '--headless', '--metrics', `:${port}`]);
    assert.deepEqual([second.status, second.stdout], [1, '']);
    assert.match(
      second.stderr,
      new RegExp(`Metrics cannot be served on 127.0.0.1:${port}: somebody else listens there`),
    );
  } finally {
    taken.close();
  }
});
