/** The bytes a source has for one page, read for looking (the engine reads for itself when it answers). */
import { open } from 'node:fs/promises';
import type { PageBytes, Source } from './types.js';

/** `offset`: of the page in its range; `length` in bytes. */
export async function sourceBytes(source: Source, offset: number, length: number): Promise<PageBytes> {
  switch (source.type) {
    case 'zero':
      return { known: true, bytes: new Uint8Array(length) };
    case 'pattern':
      return { known: true, bytes: new Uint8Array(length).fill(source.byte) };
    case 'bytes': {
      const bytes = new Uint8Array(length);
      bytes.set(source.bytes.subarray(0, length));
      return { known: true, bytes };
    }
    case 'file': {
      const file = await open(source.path, 'r');
      try {
        const bytes = new Uint8Array(length);
        const { bytesRead } = await file.read(bytes, 0, length, source.offset + offset);
        if (bytesRead < length) return { known: false, reason: 'The source ends before this page.' };
        return { known: true, bytes };
      } finally {
        await file.close();
      }
    }
  }
}
