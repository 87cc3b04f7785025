/** An error of a script as one line that says where: `FILE:LINE:COLUMN: what`. */
import { fileURLToPath } from 'node:url';

export function errorText(error: unknown, script: string): string {
  if (!(error instanceof Error)) return `${script}: ${typeof error === 'string' ? error : String(error)}`;
  const what = error.message.split('\n')[0] || error.name;
  if (/^\/.*:\d+:\d+: /.test(what)) return what; // the hooks have said where
  const place = placeOf(error.stack ?? '', script);
  return `${place ?? script}: ${error.name === 'Error' ? '' : `${error.name}: `}${what}`;
}

function placeOf(stack: string, script: string): string | null {
  // V8 puts a syntax error's line and a row of ^ before its name.
  const syntax = /^(file:\/\/[^\n]*?|\/[^\n]*?):(\d+)\n[^\n]*\n( *)\^/.exec(stack);
  if (syntax) return `${pathOf(syntax[1]!)}:${syntax[2]}:${syntax[3]!.length + 1}`;
  const frames = [...stack.matchAll(/(file:\/\/[^\s()]*|\/[^\s()]*):(\d+):(\d+)/g)].filter(
    ([, file]) => !file!.includes('/node_modules/'),
  );
  const own = frames.find(([, file]) => pathOf(file!) === script) ?? null;
  return own ? `${script}:${own[2]}:${own[3]}` : null;
}

function pathOf(file: string): string {
  const bare = file.replace(/\?.*$/, '');
  return bare.startsWith('file:') ? fileURLToPath(bare) : bare;
}
