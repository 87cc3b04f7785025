/**
 * The screen on faults in memory, to look at: `node --import tsx test/tui/dev.ts [--past N] [--held N] [--rate N]`.
 * Also what the terminal tests start where no kernel is needed.
 */
import { parseArgs } from 'node:util';
import { runScreen, type ScreenOptions } from '../../ui/main.js';
import { MemoryPicker } from './memory-picker.js';
import { MemorySession } from './memory-session.js';

const { values } = parseArgs({
  options: {
    past: { type: 'string', default: '30' },
    held: { type: 'string', default: '3' },
    rate: { type: 'string', default: '0' },
    comm: { type: 'string', default: 'demo' },
    how: { type: 'string', default: 'join' },
    color: { type: 'string', default: 'auto' },
    ascii: { type: 'boolean' },
    'no-mouse': { type: 'boolean' },
    picker: { type: 'boolean' },
    heartbeat: { type: 'string' },
    /** Throws where nobody catches, once SIGUSR2 says so. */
    throw: { type: 'boolean' },
    /** ms after which, again and again, one more is held. */
    'hold-every': { type: 'string' },
    notice: { type: 'string' },
    rule: { type: 'string', multiple: true },
    /** Scripts with something to show. */
    scripts: { type: 'boolean' },
    'slow-detach': { type: 'string', default: '0' },
    /** ms until there is a session. */
    'slow-attach': { type: 'string' },
  },
});

const session = new MemorySession({
  past: Number(values.past),
  held: Number(values.held),
  perSecond: Number(values.rate),
  comm: values.comm,
  ...(values.rule === undefined ? {} : { rules: values.rule }),
  slowDetach: Number(values['slow-detach']),
  how: values.how as 'join',
});

if (values.heartbeat) {
  const { renameSync, writeFileSync } = await import('node:fs');
  const next = `${values.heartbeat}.next`;
  let beats = 0;
  const beat = (): void => {
    writeFileSync(next, `${++beats} ${session.faults.last}`);
    renameSync(next, values.heartbeat!); // whoever reads it never finds half of it
  };
  beat();
  setInterval(beat, 20).unref();
}
if (values['hold-every']) setInterval(() => session.holdOne(), Number(values['hold-every'])).unref();
if (values.scripts) {
  const { scripts } = session;
  const commands = [{ name: 'drop', about: 'Forget the pages that were given' }];
  const counts = { asked: 1204, answered: 1200, passedOn: 3, missed: 1, median: 41e3 };
  const slow = scripts.put({ name: 'slow-disk', ...counts, counters: { pages: 1200, 'bad\x1b[31m': 2 }, commands });
  scripts.put({ name: 'poison', hooks: ['onFault'], asked: 12, answered: 12, median: 9e3 });
  scripts.put({ name: 'broken', state: 'failed', pid: null, hooks: [], why: 'broken.ts:2:27: Expression expected.' });
  scripts.note(slow.id, 'log', 'the cache is cold\x1b[2J');
  scripts.note(slow.id, 'log', 'read 4 pages');
}
if (values.notice) session.notice = values.notice;
if (values.throw) process.on('SIGUSR2', () => { throw new Error('thrown by the test'); }); // prettier-ignore

const options: ScreenOptions = {
  color: values.color as 'auto',
  mouse: !values['no-mouse'],
  ...(values.ascii === undefined ? {} : { ascii: values.ascii }),
};
const started = performance.now();
const cpu = process.cpuUsage();
const attachSlowly = {
  what: 'demo[4012]',
  attach: () =>
    new Promise<typeof session>((resolve) => setTimeout(() => resolve(session), Number(values['slow-attach']))),
};
const source = values.picker ? new MemoryPicker(session) : values['slow-attach'] ? attachSlowly : session;
const end = await runScreen(source, options);
const used = process.cpuUsage(cpu);
const wall = performance.now() - started;
if (end.reason === 'gone' || end.signal === 'SIGHUP') process.exit(0);
console.log(
  `end ${end.reason} ${end.signal ?? ''} ${end.summary ? `released ${end.summary.released}` : 'not waited for'}`,
);
if (end.error)
  console.log(`uffdscope: internal error: ${end.error instanceof Error ? end.error.message : String(end.error)}`);
console.log(`calls ${session.calls.join(' | ')}`);
console.log(
  `cpu ${(((used.user + used.system) / 1000 / wall) * 100).toFixed(1)} % rss ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
);
process.exitCode = end.reason === 'error' ? 1 : 0;
