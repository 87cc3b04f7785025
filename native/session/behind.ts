/** Forked children that outlive our taking part: who serves them on, and how to come back to them. */
import type { NativeReleased } from '../addon/session-binding.js';
import type { Behind } from './types.js';

/** WardAnswer of keeper/protocol.h: what in the low byte, the byte that fills above it. */
export function behindOf({ stays, children, answer }: NativeReleased): Behind | null {
  if (stays === 0) return null;
  const what = answer & 0xff;
  return { pid: stays, children, answer: what === 0 ? 'hold' : what === 1 ? { byte: answer >> 8 } : 'poison' };
}

/** One sentence, and the way back. */
export function behindText({ pid, children, answer }: Behind, target: number): string {
  const one = children === 1;
  const who = one ? `a forked child of process ${target} has` : `${children} forked children of process ${target} have`;
  const their = one ? 'its' : 'their';
  const fate =
    answer === 'hold'
      ? 'wait for somebody to answer'
      : answer === 'poison'
        ? 'are poisoned'
        : `are filled with ${answer.byte === 0 ? 'zeros' : `the byte ${answer.byte.toString(16).padStart(2, '0')}`}`;
  return (
    `${who} no handler but uffdscope: process ${pid} stays behind until ${one ? 'it ends' : 'they end'}, ` +
    `and ${their} missing pages ${fate}; uffdscope attach CHILD --via ${pid} takes part in them again`
  );
}
