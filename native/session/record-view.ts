/** A FaultRecord where it lies in memory: in the engine's ring, or in a copy of the waiting ones. */
import { BYS, FAULT, FAULT_SIZE, ruleName, u64 } from './record-layout.js';

const STRIDE = FAULT_SIZE / 4;

/** A window of one record that is moved by its index. */
export class RecordView {
  constructor(
    readonly words: Uint32Array,
    readonly bytes: Uint8Array,
    public index = 0,
  ) {}
  u64(offset: number): number {
    return u64(this.words, this.index * STRIDE + offset / 4);
  }
  u32(offset: number): number {
    return this.words[this.index * STRIDE + offset / 4]!;
  }
  i32(offset: number): number {
    return this.u32(offset) | 0;
  }
  u8(offset: number): number {
    return this.bytes[this.index * FAULT_SIZE + offset]!;
  }
}

export function byName(v: RecordView): string | null {
  const by = BYS[v.u8(FAULT.by)] ?? null;
  return by === 'rule' ? ruleName(v.u32(FAULT.byId)) : by;
}
