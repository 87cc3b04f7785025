/** R: write down what happens, or stop writing. */
import path from 'node:path';
import type { Parsed } from '../model/arguments.js';
import { completePath } from '../model/complete-path.js';
import { plural, size } from '../rows/format.js';
import type { App } from '../faces.js';
import { askValue } from './dialogs.js';

/** With a file: records to it. Without: stops what is on, else asks for the file. */
export async function toggleRecording(app: App, argument: string | null): Promise<void> {
  const { session } = app.at;
  if (argument === null && session.recording !== null) return stop(app);
  const file = argument ?? (await askFile(app));
  if (file === null) return;
  session.record(file);
  const said = `recording to ${file}`;
  app.at.note(true, said);
  app.say(said, 'ok');
}

async function stop(app: App): Promise<void> {
  const done = await app.at.session.stopRecording();
  if (done === null) return;
  const lost = done.lost === 0 ? '' : `, ${plural(done.lost, 'record')} lost`;
  const said = `${plural(done.faults, 'fault')}, ${size(done.bytes)} recorded in ${path.basename(done.path)}${lost}`;
  app.at.note(done.error === null, said);
  if (done.error === null) app.say(said, lost === '' ? 'ok' : 'warn');
  else app.say(`${said}; then it failed with ${done.error}`, 'error');
}

function askFile(app: App): Promise<string | null> {
  const { comm, pid } = app.at.session.target;
  const parse = (line: string): Parsed<string> =>
    line.trim() === '' ? { ok: false, message: 'the name of a new file' } : { ok: true, value: line.trim() };
  const initial = `${comm.replace(/[^\w.-]/g, '_')}-${pid}.uffdrec`;
  return askValue(app, {
    title: 'Record',
    label: 'file: ',
    initial,
    history: 'record-file',
    parse,
    info: () => 'faults, events and answers from now on; R stops it, uffdscope show and export read it',
    complete: completePath,
  });
}
