/** From a verb as a person says it to what the engine is asked; damage to bytes is done here, on a copy of the answer. */
import { corrupt } from './corrupt.js';
import type { NativeSource } from '../addon/session-binding.js';
import type { Scripts } from './script/scripts.js';
import type { Fault, PageBytes, Source, Verb } from './types.js';

interface Request {
  readonly request: {
    readonly what: 'answer' | 'fixed' | 'delay' | 'script';
    readonly action?: string;
    readonly source?: NativeSource | null;
    readonly delay?: number;
    readonly script?: number;
  };
  readonly seqs: readonly number[];
}

/** What corrupting needs to know of a page. */
export interface PageReader {
  readonly scripts: Pick<Scripts, 'list'>;
  readonly faults: { row(seq: number): Fault | null };
  readPage(page: bigint, length: number): Promise<PageBytes>;
  sourceBytes(source: Source, fault: Fault): Promise<PageBytes>;
}

export async function nativeVerb(
  verb: Verb,
  seqs: readonly number[],
  pages: PageReader,
): Promise<{ requests: Request[]; failed: ReadonlyMap<number, string> }> {
  const failed = new Map<number, string>();
  if (seqs.length === 0) return { requests: [], failed };
  switch (verb.verb) {
    case 'answer':
      return { requests: [{ request: { what: 'answer', source: null }, seqs }], failed };
    case 'delay':
      return {
        requests: [{ request: { what: 'delay', delay: Math.round(verb.ms * 1e6), source: null }, seqs }],
        failed,
      };
    case 'copy': {
      if (!verb.corrupt?.length) {
        return { requests: [{ request: { what: 'fixed', action: 'copy', source: verb.source }, seqs }], failed };
      }
      const requests: Request[] = [];
      for (const seq of seqs) {
        const fault = pages.faults.row(seq);
        const good = fault ? await pages.sourceBytes(verb.source, fault) : null;
        if (!good?.known) {
          failed.set(seq, good ? good.reason : 'This fault is no longer kept.');
          continue;
        }
        const bytes = corrupt(good.bytes, verb.corrupt);
        requests.push({ request: { what: 'fixed', action: 'copy', source: { type: 'bytes', bytes } }, seqs: [seq] });
      }
      return { requests, failed };
    }
    case 'script': {
      const script = pages.scripts.list().find(({ name, state }) => name === verb.script && state === 'on');
      if (script?.hooks.includes('onFault'))
        return { requests: [{ request: { what: 'script', script: script.id, source: null }, seqs }], failed };
      const why = script ? 'It has no onFault.' : `No script ${verb.script} is on.`;
      for (const seq of seqs) failed.set(seq, why);
      return { requests: [], failed };
    }
    default:
      return { requests: [{ request: { what: 'fixed', action: verb.verb, source: null }, seqs }], failed };
  }
}
