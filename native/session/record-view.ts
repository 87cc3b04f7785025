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

/** operator, default, rule:ID, script:NAME … */
export function byName(v: RecordView, scriptName: ScriptNames = String): string | null {
  return byText(BYS[v.u8(FAULT.by)] ?? null, v.u32(FAULT.byId), scriptName);
}

/** The name of a script by its number. */
export type ScriptNames = (id: number) => string;

export function byText(by: string | null, id: number, scriptName: ScriptNames): string | null {
  if (by === 'rule') return ruleName(id);
  return by === 'script' ? `script:${scriptName(id)}` : by;
}
