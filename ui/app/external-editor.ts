/** E in the hex editor: the bytes as a dump in the operator's own editor. The screen is left while it runs. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { UffdscopeError } from '../../native/session/errors.js';
import { formatDump, parseDump } from '../model/dump-text.js';
import type { HexEditor } from '../views/hex-editor.js';
import type { App } from '../faces.js';

export async function openInEditor(app: App, hex: HexEditor): Promise<void> {
  const editor = process.env['VISUAL'] || process.env['EDITOR'] || 'vi';
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'uffdscope-'));
  const file = path.join(dir, 'page.hex');
  const user = realUser();
  try {
    fs.writeFileSync(file, formatDump(hex.edit.bytes), { mode: 0o600, flag: 'wx' });
    if (user) for (const one of [dir, file]) fs.chownSync(one, user.uid, user.gid);
    app.screen.leave();
    const failure = await run(editor, file, user);
    app.screen.enter();
    if (failure !== null) throw new UffdscopeError('USAGE', failure, 'VISUAL or EDITOR names the editor.');
    const parsed = parseDump(fs.readFileSync(file, 'utf8'), hex.edit.bytes.length);
    if (!parsed.ok) throw new UffdscopeError('USAGE', `The dump was not taken: ${parsed.message}`);
    hex.edit.replace(parsed.bytes);
    app.say(`${hex.edit.changed} bytes differ now`, 'ok');
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/** An editor can run commands: under sudo it runs as who called sudo. */
function realUser(): { uid: number; gid: number } | null {
  const uid = Number(process.env['SUDO_UID'] ?? -1);
  const gid = Number(process.env['SUDO_GID'] ?? -1);
  return process.getuid?.() === 0 && uid > 0 && gid > 0 ? { uid, gid } : null;
}

function run(editor: string, file: string, user: { uid: number; gid: number } | null): Promise<string | null> {
  return new Promise((resolve) => {
    // $EDITOR may hold arguments; sh splits them as every other program that honours it does.
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit', ...user });
    child.on('error', (error) => resolve(`${editor} did not start: ${error.message}.`));
    child.on('exit', (code, signal) =>
      resolve(code === 0 ? null : `${editor} ended with ${signal ?? `status ${code}`}; nothing was changed.`),
    );
  });
}
