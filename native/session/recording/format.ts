/** What lies in a recording, as native/engine/recording/format.h writes it. Little-endian. */

export const MAGIC = Buffer.from('UFFDREC\n');
export const VERSION = 1;
export const FILE_HEADER = 56;
export const BLOCK_HEADER = 32;
export const BLOCK_MAGIC = 0x314b4c42;
/** No payload is longer. */
export const LARGEST_BLOCK = 8 << 20;
/** A recording and its older parts: FILE.1 to FILE.3. */
export const PARTS = 4;

export const BLOCK = { header: 1, items: 2, trailer: 3 } as const;

export const ITEM = {
  answered: 1,
  fault: 2,
  log: 3,
  lost: 4,
  range: 5,
  rangeGone: 6,
  thread: 7,
  meta: 8,
  page: 9,
} as const;
