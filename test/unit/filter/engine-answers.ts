/** The engine's own evaluator, asked through build/release/filter-answers. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { builtForTests } from '../../fixtures/built.js';
import type { Subject } from './rows.js';

export interface EngineAnswers {
  /** '0' or '1' for every subject, or `refused: …`. */
  ask(program: Uint8Array, subjects: readonly Subject[]): Promise<string>;
  close(): Promise<void>;
}

export function startEngineAnswers(): EngineAnswers {
  const tool = spawn(builtForTests('filter-answers'), { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => tool.once('close', () => resolve()));
  const lines = createInterface({ input: tool.stdout })[Symbol.asyncIterator]();
  return {
    async ask(program, subjects) {
      tool.stdin.write(encode(program, subjects));
      const line = await lines.next();
      if (line.done === true) throw new Error('filter-answers ended');
      return line.value;
    },
    async close() {
      tool.stdin.end();
      await ended;
    },
  };
}

const ACCESS = ['read', 'write'];
const KIND = ['missing', 'wp', 'minor'];

function encode(program: Uint8Array, subjects: readonly Subject[]): Buffer {
  const parts: Uint8Array[] = [u32(program.length), program, u32(subjects.length)];
  for (const { columns: f, bytes } of subjects) {
    const numbers = [
      f.addr,
      f.page,
      f.off,
      f.pid,
      f.tid || -1,
      f.t,
      f.seq,
      f.hits || -1,
      KIND.indexOf(f.kind),
      ACCESS.indexOf(f.access),
    ];
    const raw = Buffer.alloc(8 * numbers.length);
    // An unknown number is -1 in the columns and all ones in the engine.
    numbers.forEach((value, i) => raw.writeBigInt64LE(BigInt(value), 8 * i));
    parts.push(raw);
    for (const text of [bytes.range, bytes.backing, bytes.prot, bytes.comm]) {
      const length = Buffer.alloc(2);
      length.writeUInt16LE(text.length);
      parts.push(length, text);
    }
  }
  return Buffer.concat(parts);
}

function u32(value: number): Buffer {
  const raw = Buffer.alloc(4);
  raw.writeUInt32LE(value);
  return raw;
}
