/** A recording of ten faults, one a second: what stood when is known beforehand. */
import { writeFileSync } from 'node:fs';
import { block, description, faultRecord, fileHeader, folder, item, logRecord, rangeRecord } from '../fixtures/recording.js'; // prettier-ignore

const BEGAN = 1_000_000;
const S = 1e9;
const START = 0x7f00_0000_0000;
const HALF = 0.5 * S;

/**
 * Faults 1 to 10 are read at 1 s to 10 s. Odd ones get the zero page 20 µs later; even ones are held, and half a second
 * later answered with a page of 0xab. At 5.2 s the target forks, once or oftener.
 */
export function recorded(
  options: { readonly pages?: boolean; readonly cut?: number; readonly forks?: number } = {},
): Disposable & {
  readonly path: string;
} {
  const { pages = true, cut = 0, forks = 1 } = options;
  const place = folder();
  const items = [item(5, rangeRecord(BEGAN, 1, START, 1 << 20, 'heap[0]')), item(7, thread(7, 'worker-7'))];
  for (let seq = 1; seq <= 10; seq++) {
    const read = BEGAN + seq * S;
    const page = START + seq * 4096;
    const waits = seq % 2 === 0;
    const record = faultRecord(seq, (b) => {
      b.writeBigUInt64LE(BigInt(read), 8);
      b.writeBigUInt64LE(BigInt(waits ? 0 : read + 20_000), 16);
      b.writeBigUInt64LE(BigInt(page + 0x18), 32);
      b.writeBigUInt64LE(BigInt(page), 40);
      b.writeUInt32LE(7, 60);
      b.writeUInt32LE(1, 64);
      b.writeUInt32LE(1, 68);
      if (waits) [b[85], b[86], b[87]] = [2, 0, 0];
    });
    items.push(item(waits ? 2 : 1, record));
    for (let n = 0; seq === 5 && n < forks; n++)
      items.push(item(3, logRecord(90 + n, { t: BEGAN + 5.2 * S, type: 16, b: 4019 + n })));
    if (!waits) continue;
    const answered = read + HALF;
    items.push(item(3, logRecord(seq, { t: answered, type: 2, seq, a: 4096, b: read, c: answered, action: 1, by: 1 })));
    if (pages) items.push(item(9, Buffer.concat([numbers(seq, page), Buffer.alloc(4096, 0xab)])));
  }
  const target = { pid: 5, comm: 'recorded', cmdline: 'recorded --ten' };
  const said = {
    target,
    uffd: { ino: 321, fd: 7, features: [] },
    default: 'zero',
    pages,
    granularity: 4096,
    maxHold: null,
  };
  const end = block(3, Buffer.from(JSON.stringify({ summary: { t: 12 * S, faults: 10 }, released: 0, restored: 0 })));
  const all = Buffer.concat([fileHeader(), description(said), ...items.map((one) => block(2, one)), end]);
  const path = place.file('ten.uffdrec');
  writeFileSync(path, all.subarray(0, all.length - cut));
  return { path, [Symbol.dispose]: () => place[Symbol.dispose]() };
}

function numbers(...all: number[]): Buffer {
  const b = Buffer.alloc(all.length * 8);
  all.forEach((n, i) => b.writeBigUInt64LE(BigInt(n), i * 8));
  return b;
}

function thread(tid: number, comm: string): Buffer {
  const b = Buffer.alloc(24);
  b.writeUInt32LE(5, 0);
  b.writeUInt32LE(tid, 4);
  b.write(comm, 8);
  return b;
}
