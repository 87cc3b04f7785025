/** The time of a recording: its keys work in `show` alone. */
import { goToFault, goToMoment, jumpBy, jumpByTenths, playerOf, stepTime } from '../app/time.js';
import type { App } from '../faces.js';
import { no, OK, on, type Command, type Verdict } from './command.js';

const SECOND = 1e9;

function timed(app: App): Verdict {
  return app.watch?.player ? OK : no('only a recording has a time to move in: uffdscope show FILE');
}

function time(
  name: string,
  keys: readonly string[],
  title: string,
  help: string,
  run: Command['run'],
  more: Partial<Command> = {},
): Command {
  const bindings = on(['recording'], ...keys);
  return { name: `time.${name}`, bindings, title, help, group: 'Time', enabled: timed, run, ...more };
}

export const TIME: readonly Command[] = [
  time('play', ['p'], 'play', 'Let time go on, or stand still; at the end it begins anew.', (app) => playerOf(app).toggle(), {
    titleNow: (app) => (app.watch?.player?.playing ? 'pause' : 'play'),
  }), // prettier-ignore
  time('step', ['.'], 'next', 'To the next moment at which something is recorded; time stands still there.', (app) =>
    stepTime(app, 1),
  ),
  time('step-back', [','], 'previous', 'To the moment before this one at which something is recorded.', (app) =>
    stepTime(app, -1),
  ),
  time('forward', ['>'], '+1s', 'One second on.', (app) => jumpBy(app, SECOND)),
  time('rewind', ['<'], '-1s', 'One second back.', (app) => jumpBy(app, -SECOND)),
  time('forward-tenth', ['W'], '+10%', 'A tenth of the recording on.', (app) => jumpByTenths(app, 1)),
  time('rewind-tenth', ['B'], '-10%', 'A tenth of the recording back.', (app) => jumpByTenths(app, -1)),
  time('start', ['0'], 'start', 'To the first moment that is recorded.', (app) => jumpBy(app, -Infinity)),
  time('end', ['$'], 'end', 'To the last moment that is recorded: it opens there.', (app) => jumpBy(app, Infinity)),
  time('faster', ['}'], 'faster', 'Up to 100 times as fast as it was.', (app) => playerOf(app).changeSpeed(1)),
  time('slower', ['{'], 'slower', 'Down to a ten-thousandth, to see faults that are microseconds apart.', (app) =>
    playerOf(app).changeSpeed(-1),
  ),
  time('goto', ['@'], 'go to…', 'To a time: 12.5s, 3ms on (+3ms), 1s back (-1s), 50%, start or end.', goToMoment, {
    argument: { kind: 'moment', example: '12.5s', required: false },
  }),
  time(
    'to-fault',
    ["'"],
    'its time',
    'To the moment at which the fault in focus was read; a second time: to that of its answer.',
    goToFault,
    {
      enabled: (app) => (app.watch?.player && app.at.list.focusSeq === null ? no('no fault is selected') : timed(app)),
    },
  ),
];
