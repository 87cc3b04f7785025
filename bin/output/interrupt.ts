/** ctrl-c, kill and hangup as an orderly end, for commands that run until somebody stops them. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interrupt extends Disposable {
  readonly signal: AbortSignal;
  /** The signal that came, or null. */
  readonly name: NodeJS.Signals | null;
}

/** From now until disposed these signals do not kill us; a second one of them does. */
export function untilInterrupted(): Interrupt {
  const controller = new AbortController();
  let name: NodeJS.Signals | null = null;
  const handle = (signal: NodeJS.Signals): void => {
    name = signal;
    remove();
    controller.abort();
  };
  const remove = (): void => {
    for (const signal of SIGNALS) process.off(signal, handle);
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  return {
    signal: controller.signal,
    get name() {
      return name;
    },
    [Symbol.dispose]: remove,
  };
}
