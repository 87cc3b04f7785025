/** Sources as words: `FILE[@OFF]`, `zero`, `pattern:HH`, `hex:HH…`. */
import { statSync } from 'node:fs';
import { UffdscopeError } from './errors.js';
import type { Source } from './types.js';

const FORMS = 'A source is FILE[@OFF], zero, pattern:HH or hex:HHHH….';

/** @throws UffdscopeError SOURCE (the file cannot be used), USAGE (the words cannot be read). */
export function parseSource(text: string): Source {
  if (text === 'zero') return { type: 'zero' };
  const pattern = /^pattern:(?:0x)?([0-9a-f]{1,2})$/i.exec(text);
  if (pattern) return { type: 'pattern', byte: parseInt(pattern[1]!, 16) };
  if (text.startsWith('pattern:')) {
    throw new UffdscopeError('USAGE', `${text} is no pattern.`, 'A pattern is one byte in hex: pattern:a5');
  }
  const hex = /^hex:([0-9a-f\s]+)$/i.exec(text)?.[1]!.replace(/\s+/g, '');
  if (hex !== undefined) {
    if (hex.length === 0 || hex.length % 2 !== 0)
      throw new UffdscopeError('USAGE', `${text} is no whole bytes.`, 'Two hex digits are a byte: hex:deadbeef');
    return { type: 'bytes', bytes: Uint8Array.from(Buffer.from(hex, 'hex')) };
  }
  const at = /^(.*)@(0x[0-9a-f]+|\d+)([kKmMgG]?)$/.exec(text);
  const unit = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }[at?.[3]?.toLowerCase() ?? ''] ?? 1;
  const path = at ? at[1]! : text;
  const offset = at ? Number(at[2]) * unit : 0;
  if (!Number.isSafeInteger(offset))
    throw new UffdscopeError(
      'USAGE',
      `The offset of ${text} is larger than any file.`,
      'An offset is at most 2^53 - 1 bytes.',
    );
  let stat;
  try {
    stat = statSync(path);
  } catch (cause) {
    throw new UffdscopeError('SOURCE', `The source ${path} cannot be read.`, FORMS, {}, { cause });
  }
  if (!stat.isFile() && !stat.isBlockDevice()) {
    throw new UffdscopeError('SOURCE', `The source ${path} is not a file.`, FORMS);
  }
  return { type: 'file', path, offset };
}

export function sourceText(source: Source): string {
  switch (source.type) {
    case 'zero':
      return 'zero';
    case 'pattern':
      return `pattern:${source.byte.toString(16).padStart(2, '0')}`;
    case 'file':
      return source.offset ? `${source.path}@0x${source.offset.toString(16)}` : source.path;
    case 'bytes':
      return `${source.bytes.length} bytes`;
  }
}
