/** What the session and a script's process say to each other, beside the faults, which go through shared memory. */
import type { Process, Verb, VerbOutcome } from '../types.js';
import type { ScriptEvent, ScriptRange, ScriptResolved } from './types.js';

export type Hook = 'onAttach' | 'onFault' | 'onEvent' | 'onRange' | 'onResolved' | 'onTick' | 'onDetach';
export const HOOKS: readonly Hook[] = ['onAttach', 'onFault', 'onEvent', 'onRange', 'onResolved', 'onTick', 'onDetach'];

/** To the script's process. */
export type ToScript =
  | {
      readonly say: 'begin';
      readonly path: string;
      readonly name: string;
      readonly seed: number;
      readonly target: Process & { readonly cmdline: string };
      readonly ranges: readonly ScriptRange[];
      /** bytes of private memory */
      readonly memory: number;
    }
  | { readonly say: 'ranges'; readonly ranges: readonly ScriptRange[] }
  | { readonly say: 'events'; readonly events: readonly ScriptEvent[]; readonly resolved: readonly ScriptResolved[] }
  | {
      readonly say: 'command';
      readonly call: number;
      readonly command: string;
      readonly args: readonly string[];
      readonly faults: readonly number[];
    }
  | { readonly say: 'performed'; readonly call: number; readonly outcomes: readonly VerbOutcome[] }
  | { readonly say: 'detach' };

export interface Manifest {
  readonly name: string;
  readonly filter: string | null;
  readonly hooks: readonly Hook[];
  readonly commands: readonly { readonly name: string; readonly about: string }[];
}

/** From it. */
export type FromScript =
  /** It is loaded and has attached: it may be asked. */
  | ({ readonly say: 'ready' } & Manifest)
  | { readonly say: 'failed'; readonly text: string }
  | { readonly say: 'log'; readonly text: string }
  /** A hook threw, or gave what is no answer. */
  | { readonly say: 'error'; readonly text: string }
  | { readonly say: 'counts'; readonly counts: Readonly<Record<string, number>> }
  | { readonly say: 'expected'; readonly text: string; readonly times: number }
  | { readonly say: 'fed' }
  | { readonly say: 'done'; readonly call: number; readonly ok: boolean; readonly text: string }
  | { readonly say: 'perform'; readonly call: number; readonly verb: Verb; readonly seqs: readonly number[] }
  | { readonly say: 'detached' };
