/** Moving through a recording. */
import { parseMoment, seconds } from '../model/moment.js';
import type { Player } from '../model/player.js';
import { UffdscopeError } from '../../native/session/errors.js';
import type { App } from '../faces.js';
import { askValue } from './dialogs.js';

export function playerOf(app: App): Player {
  const { player } = app.at;
  if (player === null) throw new Error('this is no recording');
  return player;
}

/** To the next or previous moment at which something is recorded; it stands still there. */
export function stepTime(app: App, step: 1 | -1): void {
  const player = playerOf(app);
  const t = player.playback.next(step);
  if (t === null) app.say(step > 0 ? 'nothing is recorded after this' : 'nothing is recorded before this');
  player.seek(t ?? player.playback.at);
}

export function jumpBy(app: App, ns: number): void {
  const player = playerOf(app);
  player.jump(player.playback.at + ns);
}

export function jumpByTenths(app: App, tenths: number): void {
  const { from, to } = playerOf(app).playback;
  jumpBy(app, ((to - from) / 10) * tenths);
}

export async function goToMoment(app: App, argument: string | null): Promise<void> {
  const player = playerOf(app);
  const { playback } = player;
  if (argument !== null) {
    const parsed = parseMoment(argument, playback);
    if (!parsed.ok) throw new UffdscopeError('USAGE', `goto: ${parsed.message}.`);
    return player.seek(parsed.value);
  }
  const t = await askValue(app, {
    title: 'Go to',
    label: 'time: ',
    history: 'moment',
    parse: (line) => parseMoment(line, playback),
    info: (value) => `at ${seconds(value)} of ${seconds(playback.to)}`,
  });
  if (t !== null) player.seek(t);
}

/** To the moment at which the fault in focus was read; there already, to that of its end. */
export function goToFault(app: App): void {
  const { list } = app.at;
  const player = playerOf(app);
  const seq = list.focusSeq;
  const moments = seq === null ? null : player.playback.momentsOf(seq);
  if (seq === null || moments === null) return;
  list.focusOn(seq); // it keeps the focus, whatever comes
  if (player.playback.at !== moments.read) {
    player.seek(moments.read);
    app.say(`#${seq} is read`);
  } else if (moments.ended === null) app.say(`#${seq} was never answered`);
  else {
    player.seek(moments.ended);
    const ended = app.at.session.faults.row(seq);
    app.say(ended?.state === 'gone' ? `#${seq} goes unanswered` : `#${seq} is answered`);
  }
}
