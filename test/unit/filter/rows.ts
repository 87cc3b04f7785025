/** Faults for filter tests: one plain row, and what fast-check makes of it. */
import fc from 'fast-check';
import type { FaultColumns } from '../../../native/session/types.js';

export const PLAIN: FaultColumns = {
  seq: 4944,
  t: 12_080_000_000,
  pid: 4012,
  tid: 4015,
  kind: 'missing',
  access: 'write',
  addr: 0x7f31a0001018,
  page: 0x7f31a0001000,
  off: 0x1018,
  rangeId: 1,
  rangeName: 'shm:cache',
  backing: '/dev/shm/cache',
  prot: 'rw-s',
  comm: 'worker-2',
  state: 'held',
  action: '',
  by: '',
  errno: 0,
  lat: -1,
  age: 4_200_000_000,
  hits: 3,
  edited: false,
  marked: false,
};

export function row(changes: Partial<FaultColumns> = {}): FaultColumns {
  return { ...PLAIN, ...changes };
}

/** A fault as the engine sees it: names are the kernel's bytes, which need not be text. */
export interface Subject {
  readonly columns: FaultColumns;
  readonly bytes: { readonly range: Buffer; readonly backing: Buffer; readonly prot: Buffer; readonly comm: Buffer };
}

/** Few enough numbers that filters and faults meet. */
export const someNumber = fc.oneof(
  fc.nat(20),
  fc.constantFrom(0, 4095, 4096, 8192, 1e6, 1e9, 0x7f3000000000, 0x7f3000001000, Number.MAX_SAFE_INTEGER),
);

const piece = fc.constantFrom(
  'heap',
  'shm:',
  'cache',
  'Heap',
  ':',
  '[0]',
  '[12]',
  'é',
  'É',
  '𝕏',
  'ſ',
  'K',
  '\u{212a}',
  ' ',
  '.',
  'a',
  'b',
);
export const someName = fc.oneof(
  fc.constantFrom('', 'heap', 'shm:cache', 'anon[0]', 'anon[12]', 'worker-2', 'a b', 'libc.so:text', 'x:y:z[1]'),
  fc.array(piece, { maxLength: 5 }).map((parts) => parts.join('')),
);
const someBytes = fc.oneof(
  { weight: 4, arbitrary: someName.map((name) => Buffer.from(name)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 15, min: 1 }).map((bytes) => Buffer.from(bytes)) },
);
export const someProt = fc.constantFrom('rw-p', 'r--p', 'rwxp', 'rw-s', '---p', 'r-xp');

/** Everything a hold may ask. */
export const someSubject: fc.Arbitrary<Subject> = fc
  .record({
    addr: someNumber,
    page: someNumber,
    off: fc.oneof(someNumber, fc.constant(-1)),
    pid: someNumber,
    tid: someNumber,
    t: someNumber,
    seq: someNumber,
    hits: someNumber,
    kind: fc.constantFrom('missing', 'wp', 'minor'),
    access: fc.constantFrom('read', 'write'),
    range: someBytes,
    backing: someBytes,
    prot: someProt.map((prot) => Buffer.from(prot)),
    comm: someBytes,
  })
  .map(({ range, backing, prot, comm, ...numbers }) => ({
    columns: row({
      ...numbers,
      rangeName: range.toString(),
      backing: backing.toString(),
      prot: prot.toString(),
      comm: comm.toString(),
    }),
    bytes: { range, backing, prot, comm },
  }));
