/** One picture: what ink lays out as chrome, and the hot rows painted over it. */
import path from 'node:path';
import type { Session } from '../../native/session/types.js';
import { inside } from '../layout.js';
import { visiblePanes } from '../model/state.js';
import { firstVerbs, hintsFor } from '../commands/hints.js';
import { footerRow, titleRow } from '../rows/frame.js';
import { allModes, headerRow, optionsRow } from '../rows/header.js';
import { hintBar, type HintBar } from '../rows/hints.js';
import { statusRow } from '../rows/status.js';
import { timeBar, type TimeBar } from '../rows/time-bar.js';
import { wrapWords } from '../screen/cells.js';
import type { Rect } from '../screen/compose.js';
import type { ChromeFrame, ChromeModel } from '../views/chrome-model.js';
import { PANE_NAMES } from '../views/panes.js';
import type { View } from '../views/view.js';
import type { App } from '../faces.js';

export interface Drawn {
  readonly chrome: ChromeModel;
  readonly hints: HintBar | null;
  /** Of a recording: where a click means a moment. */
  readonly bar: TimeBar['bar'];
}

export function draw(app: App): Drawn {
  const { layout, paint, screen, state } = app;
  if (layout.kind === 'small') {
    for (const id of screen.layerIds()) screen.drop(id);
    screen.cursor(null);
    const text = `need ${layout.need[0]}x${layout.need[1]}, have ${state.columns}x${state.rows}; faults are served all the same`;
    const rows = wrapWords(text, state.columns).slice(0, state.rows);
    const small = rows.map((row, top) => ({ top, row: paint.line(state.columns).add(row, 'warn').end() }));
    return { chrome: model(app, [], small), hints: null, bar: null };
  }
  const dialogs = app.overlays.all.map((overlay) => ({ overlay, rect: overlay.frame(state.columns, state.rows) }));
  const rects = dialogs.map(({ rect }) => rect);
  const painted = new Set<string>();
  const put = (id: string, rect: Rect, rows: readonly string[], masks: readonly Rect[] = rects): void => {
    if (rect.width <= 0 || rect.height <= 0) return;
    painted.add(id);
    screen.layer(id, rect, rows, masks);
  };
  const frames: ChromeFrame[] = [];
  // Title and footer are painted too: the answer to a key must not wait for a frame of ink.
  const putView = (id: string, frame: ChromeFrame, view: View, masks?: readonly Rect[]): void => {
    const { rect, focused } = frame;
    const area = inside(rect);
    frames.push(frame);
    put(`${id} title`, { ...rect, height: 1 }, [titleRow(frame, rect.width, paint)], masks);
    put(id, area, view.rows(area.height, area.width), masks);
    const foot = { top: rect.top + rect.height - 1, left: area.left, width: area.width, height: 1 };
    put(`${id} foot`, foot, [footerRow(view.footer(), area.width, focused, paint)], masks);
  };

  const player = app.watch?.player ?? null;
  const time = player && layout.time ? timeBar(player, layout.time.width, paint) : null;
  put('header', layout.header, [header(app, layout.header.width)]);
  if (app.watch === null && app.picker !== null) {
    const rect = { top: 1, left: 0, width: state.columns, height: layout.status.top - 1 };
    putView('picker', { rect, title: app.picker.title, tabs: [], tab: 0, focused: true }, app.picker);
  } else if (app.watch !== null) {
    if (time && layout.time) put('time', layout.time, [time.row]);
    for (const id of visiblePanes(layout)) {
      const rect = layout.panes[id]!;
      const focused = state.focus === id && dialogs.length === 0;
      const tabs = app.panes![id].map((view) => view.title);
      const title = tabs.length > 1 ? `${id}` : `${id} ${PANE_NAMES[id]}`;
      putView(`pane ${id}`, { rect, title, tabs, tab: state.tabs[id], focused }, app.pane(id)!);
    }
  }
  put('status', layout.status, [status(app, layout.status.width)]);
  const hints = layout.hints === null ? null : bar(app, layout.hints.width);
  if (hints && layout.hints) put('hints', layout.hints, [hints.row]);

  dialogs.forEach(({ overlay, rect }, i) => {
    const front = i === dialogs.length - 1;
    const frame = { rect, title: overlay.title, tabs: [], tab: 0, focused: front };
    putView(`dialog ${i}`, frame, overlay, rects.slice(i + 1));
  });
  const front = dialogs.at(-1);
  const at = front?.overlay.cursor?.(inside(front.rect).width) ?? null;
  screen.cursor(at && front ? { x: front.rect.left + 1 + at.x, y: front.rect.top + 1 + at.y } : null);
  for (const id of screen.layerIds()) if (!painted.has(id)) screen.drop(id);
  return { chrome: model(app, frames, lines(app)), hints, bar: time?.bar ?? null };
}

function model(app: App, frames: readonly ChromeFrame[], rows: ChromeModel['lines']): ChromeModel {
  return { columns: app.state.columns, rows: app.state.rows, paint: app.paint, frames, lines: rows };
}

function header(app: App, width: number): string {
  const { paint, watch } = app;
  if (watch === null) {
    const line = paint.line(width).add(' uffdscope', 'strong');
    if (app.attaching)
      line.add(`  ${app.attaching.doing} `).add(paint.outside(app.attaching.what), 'strong').add(paint.own('…'));
    else line.add('  a debugger for userfaultfd: which process?', 'dim');
    return line.end();
  }
  const bytes = watch.ranges.reduce((sum, range) => sum + (range.end - range.start), 0n);
  return headerRow(
    {
      session: watch.session,
      snapshot: watch.snapshot,
      perSecond: watch.rate.perSecond,
      history: watch.rate.history,
      ranges: { count: watch.ranges.length, bytes, modes: allModes(watch.ranges, paint) },
    },
    width,
    paint,
  );
}

function status(app: App, width: number): string {
  const { firstHeld, leaving } = app.state;
  const { message } = app;
  const { paint, watch } = app;
  if (leaving) return paint.line(width).add(' handing back; ctrl-c does not wait', 'warn').end();
  if (watch === null && app.attaching) return paint.line(width).add(` ${app.attaching.saying}`, 'dim').end();
  if (watch === null) {
    if (message) return statusRow(EMPTY, message, width, paint);
    return paint
      .line(width)
      .add(' attaching only looks, until you hold or answer something', 'dim')
      .right('? help  : command ', 'dim')
      .end();
  }
  const { list, snapshot } = watch;
  const held = typeof firstHeld === 'object' && list.focusSeq === firstHeld.seq ? list.focused : null;
  if (message === null && held?.state === 'held') {
    const who = held.tid === 0 ? 'A thread' : `Thread ${held.tid}`;
    return paint
      .line(width)
      .add(paint.own(` ${who} waits here. ${firstVerbs(app, held.kind)} · ? more`), 'held')
      .end();
  }
  const notice = watch.notice !== '' && app.layout.kind !== 'columns';
  const said = message ?? (notice ? { text: watch.notice, kind: 'warn' as const, forMs: 0 } : null);
  return statusRow(
    {
      row: list.focusSeq === null ? 0 : list.row + 1,
      length: list.view.length,
      hold: snapshot.holdOn ? (snapshot.holdFilter ?? 'everything') : null,
      filter: list.filter?.text ?? null,
      scripts: scriptsOf(watch.session),
      rec: recordingOf(watch.session),
      marked: watch.marks.size,
      follow: list.follow,
      frozen: list.frozen,
      markedOnly: list.markedOnly,
    },
    said,
    width,
    paint,
  );
}

function scriptsOf({ scripts }: Session): { on: number; off: number } | null {
  const list = scripts.list();
  if (list.length === 0) return null;
  const off = list.filter(({ state }) => state === 'off' || state === 'failed').length;
  return { on: list.length - off, off };
}

function recordingOf({ recording }: Session): { name: string; bytes: number; error: string | null } | null {
  return recording === null ? null : { ...recording, name: path.basename(recording.path) };
}

const EMPTY = {
  row: 0,
  length: 0,
  hold: null,
  filter: null,
  scripts: null,
  rec: null,
  marked: 0,
  follow: false,
  frozen: false,
  markedOnly: false,
};

function bar(app: App, width: number): HintBar {
  const { left, right } = hintsFor(app);
  return hintBar(left, right, width, app.paint);
}

/** Rows of chrome outside of frames. */
function lines(app: App): ChromeModel['lines'] {
  const { layout, paint, state, watch } = app;
  if (layout.kind === 'small' || watch === null) return [];
  if (layout.options)
    return [
      {
        top: layout.options.top,
        row: optionsRow(watch.session, watch.notice, state.theme, layout.options.width, paint),
      },
    ];
  if (!layout.strip) return [];
  const line = paint.line(layout.strip.width).add(' ');
  for (const id of [1, 2, 3, 4, 5] as const) {
    const name = `${id} ${PANE_NAMES[id].toLowerCase()}`;
    const here = id === state.focus;
    line.add(here ? `[${name}]` : ` ${name} `, here ? 'strong' : 'dim');
  }
  return [{ top: layout.strip.top, row: line.end() }];
}
