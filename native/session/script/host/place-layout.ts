/** ScriptPlace of native/engine/scripts/script_share.h as it lies in memory, and the numbers of its enums. */
export const PLACE_SIZE = 128;
export const PLACE = {
  seq: 8,
  address: 16,
  page: 24,
  rangeStart: 32,
  rangeHash: 40,
  pid: 56,
  tid: 60,
  rangeId: 64,
  hits: 68,
  pageShift: 72,
  kind: 73,
  access: 74,
} as const;

/** ScriptWish */
export const WISH = { next: 2, hold: 3, delay: 4, failed: 5 } as const;
/** ScriptAnswer */
export const GIVEN = 0;
export const LATE = 1;
/** Action of engine/fault_record.h */
export const ACTION = { copy: 1, zero: 2, continue: 3, unprotect: 4, poison: 5, wake: 6, pass: 7 } as const;
