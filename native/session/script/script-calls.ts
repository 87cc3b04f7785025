/** Commands that scripts were told to run and have not answered. */
import type { FromScript } from './messages.js';
import type { ScriptProcess } from './script-process.js';

type Done = Extract<FromScript, { say: 'done' }>;

export class ScriptCalls {
  #last = 0;
  readonly #open = new Map<number, { readonly of: ScriptProcess; resolve(done: Done): void }>();

  /** Resolves in any case: with what the command gave, or with the end of its process. */
  async run(
    of: ScriptProcess,
    command: string,
    args: readonly string[],
    faults: readonly number[],
  ): Promise<Pick<Done, 'ok' | 'text'>> {
    const call = ++this.#last;
    const done = new Promise<Done>((resolve) => this.#open.set(call, { of, resolve }));
    of.send({ say: 'command', call, command, args, faults });
    const awake = setInterval(() => undefined, 1000); // a process that waits for nothing else would end here
    return done.finally(() => clearInterval(awake));
  }

  answered(message: Done): void {
    this.#open.get(message.call)?.resolve(message);
    this.#open.delete(message.call);
  }

  ended(process: ScriptProcess, why: string): void {
    for (const [call, { of, resolve }] of this.#open) {
      if (of !== process) continue;
      this.#open.delete(call);
      resolve({ say: 'done', call, ok: false, text: `the script has ended: ${why}` });
    }
  }
}
