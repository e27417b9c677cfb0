// Something the node is asked to do: once at a time; why not is said where it
// fails, and what was done where that is not plain to see.
import { useState } from 'preact/hooks';
import { Failed } from '../lib/api';
import { explain } from '../lib/failures';
import { toast } from '../ui/Toast';

// The desk has somebody log in again when the session is over.
let told: () => void = () => undefined;
export const whenRefused = (work: () => void) => { told = work; };

export type Do = <T>(work: () => Promise<T>, said?: string) => Promise<T | undefined>;

export function useDo(): [busy: boolean, act: Do] {
  const [busy, setBusy] = useState(false);
  return [busy, async (work, said) => {
    setBusy(true);
    try {
      const done = await work();
      if (said) toast(said);
      return done;
    } catch (failure) {
      if (failure instanceof Failed && failure.code === 401) told();
      toast(explain(failure), 'bad');
      return undefined;
    } finally {
      setBusy(false);
    }
  }];
}
