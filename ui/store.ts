/** One store with one subscriber: whoever sets, the screen learns it once. */

export interface Store<T extends object> {
  get(): T;
  /** Merge. Does nothing, and tells nobody, when no value changes. */
  set(patch: Partial<T>): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<T extends object>(initial: T): Store<T> {
  let state = initial;
  let subscriber: (() => void) | null = null;
  return {
    get: () => state,
    set(patch) {
      const keys = Object.keys(patch) as (keyof T)[];
      if (keys.every((key) => Object.is(state[key], patch[key]))) return;
      state = { ...state, ...patch };
      subscriber?.();
    },
    subscribe(listener) {
      if (subscriber !== null) throw new Error('the store has its subscriber already');
      subscriber = listener;
      return () => {
        subscriber = null;
      };
    },
  };
}
