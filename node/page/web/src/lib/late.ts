// Parts of a page that are fetched when somebody first wants them, and kept.
//
// Who wants a part may be gone when it comes, and somebody else may want it in
// the same moment: it is in a store, so that nobody misses it.
import { useEffect, useState } from 'preact/hooks';
import { store, useStore, type Store } from './store';

const AGAIN_MS = 3000; // the node may be away

export interface Late<T> { part: Store<T | null>; fetch: () => Promise<T> }

export const late = <T>(fetch: () => Promise<T>): Late<T> => ({ part: store<T | null>(null), fetch });

// The part, null until it is there. What cannot be fetched is tried again, or,
// where there is another way, `failed` is told.
export function useLate<T>(of: Late<T>, wanted = true, failed?: () => void): T | null {
  const it = useStore(of.part);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (!wanted || of.part.get() !== null) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let left = false;
    of.fetch().then((part) => of.part.set(part), () => {
      if (left) return;
      if (failed) failed();
      else timer = setTimeout(() => setTries((n) => n + 1), AGAIN_MS);
    });
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [of, wanted, tries]);
  return it;
}
