// What a page shows, asked of the node and kept while it is shown.
//
// useAsk() gives what was last heard, asks again when the library has changed
// or the node is back, and keeps the old answer while it asks: a page does not
// blink. `changed` and `online` are set by the page's event stream.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Failed, get } from './api';
import { store, useStore } from './store';

export const changed = store(0); // one more whenever the lessons have changed
export const online = store(true);

// A change is often the first of many: so long is waited for the others.
const SETTLE_MS = 400;

let due: ReturnType<typeof setTimeout> | null = null;
export function noteChange(): void {
  due ??= setTimeout(() => {
    due = null;
    changed.set(changed.get() + 1);
  }, SETTLE_MS);
}

export interface Asked<T> {
  data: T | undefined;
  failure: unknown; // of the last time it was asked
  again(): void;
}

const kept = new Map<string, unknown>(); // what Back comes to is there at once
const KEPT = 30;

// Who was asked for has left: nothing of it stays in the page.
export const forgetAnswers = () => kept.clear();

function keep(path: string, data: unknown): void {
  kept.delete(path);
  kept.set(path, data);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value as string);
}

// Ask before there is anybody to show it: the first page then does not wait
// for its own first picture.
const early = new Map<string, Promise<unknown>>();

export function askEarly(path: string): void {
  const asked = get<unknown>(path);
  asked.catch(() => undefined); // told to who takes it
  early.set(path, asked);
}

function take<T>(path: string, signal?: AbortSignal): Promise<T> {
  const asked = early.get(path) as Promise<T> | undefined;
  early.delete(path);
  return asked ?? get<T>(path, signal);
}

export function useAsk<T>(path: string | null): Asked<T> {
  const when = useStore(changed);
  const up = useStore(online);
  const [more, setMore] = useState(0);
  const [state, setState] = useState<{ path: string | null; data?: T; failure?: unknown }>({ path: null });
  const tries = useRef(0);

  useLayoutEffect(() => { // not after the picture: the answer may be there before it
    if (path === null) return;
    const stop = typeof AbortController === 'undefined' ? null : new AbortController();
    let ended = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    take<T>(path, stop?.signal).then(
      (data) => {
        keep(path, data);
        tries.current = 0;
        if (!ended) setState({ path, data });
      },
      (failure) => {
        if (ended || (failure as Error).name === 'AbortError') return;
        setState((was) => ({ path, data: was.path === path ? was.data : undefined, failure }));
        // Nobody there, or too busy: ask again by itself.
        if (failure instanceof Failed && (failure.code === 0 || failure.code >= 429))
          timer = setTimeout(() => setMore((n) => n + 1), Math.min(15000, 1000 * 2 ** tries.current++));
      },
    );
    return () => {
      ended = true;
      stop?.abort();
      clearTimeout(timer);
    };
  }, [path, when, up, more]);

  const here = state.path === path ? state : { path, data: undefined, failure: undefined };
  return {
    data: here.data ?? (path === null ? undefined : kept.get(path) as T | undefined),
    failure: here.failure,
    again: () => setMore((n) => n + 1),
  };
}
