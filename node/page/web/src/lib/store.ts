// A value that several parts of a page watch.
import { useEffect, useRef, useState } from 'preact/hooks';

export interface Store<T> {
  get(): T;
  set(value: T): void;
  watch(told: () => void): () => void;
}

export function store<T>(value: T): Store<T> {
  const watchers = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (next === value) return;
      value = next;
      Array.from(watchers).forEach((told) => told());
    },
    watch(told) {
      watchers.add(told);
      return () => watchers.delete(told);
    },
  };
}

export function useStore<T>(from: Store<T>): T {
  const [, again] = useState(0);
  const drawn = useRef(from.get());
  drawn.current = from.get();
  useEffect(() => {
    const stop = from.watch(() => again((n) => n + 1));
    if (from.get() !== drawn.current) again((n) => n + 1); // set between the drawing and now
    return stop;
  }, [from]);
  return drawn.current;
}
